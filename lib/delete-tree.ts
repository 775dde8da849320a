import type {Client, OperationOptions} from './client.ts';
import {NoNodeError, NotEmptyError} from './errors/keeper-error.ts';
import {joinPath} from './paths.ts';

/** How often others may put new znodes into the tree while it is deleted, before that is the caller's to know. */
const maxRounds = 10;
/** How many requests are under way at once: a server stops reading beyond a thousand. */
const maxInFlight = 500;

/** Deletes the znode and all below it, the deepest first, a level in flight at a time. What is gone already is as good as deleted. */
export async function deleteTree(client: Client, path: string, options: OperationOptions): Promise<void> {
	for (let round = 1; ; round++) {
		const levels: (readonly string[])[] = [];
		for (let level: readonly string[] = [path]; level.length > 0; ) {
			levels.push(level);
			level = (await inFlight(level, parent => childrenOf(client, parent, options))).flat();
		}
		let grown: NotEmptyError | undefined;
		for (const level of levels.reverse()) {
			const refusals = await inFlight(level, znode => deleteLeaf(client, znode, options));
			grown = refusals.find(refusal => refusal !== undefined) ?? grown;
		}
		if (!grown) return;
		if (round === maxRounds) throw grown;
	}
}

async function inFlight<T>(paths: readonly string[], run: (path: string) => Promise<T>): Promise<T[]> {
	const results: T[] = [];
	for (let start = 0; start < paths.length; start += maxInFlight)
		results.push(...(await Promise.all(paths.slice(start, start + maxInFlight).map(run))));
	return results;
}

async function childrenOf(client: Client, path: string, options: OperationOptions): Promise<readonly string[]> {
	try {
		const {children} = await client.children(path, options);
		return children.map(child => joinPath(path, child));
	} catch (error) {
		if (error instanceof NoNodeError) return [];
		throw error;
	}
}

/** Resolves with the refusal when somebody has put a child there. A lost reply is no reason to give up: a second delete does no more than the first. */
async function deleteLeaf(client: Client, path: string, options: OperationOptions): Promise<NotEmptyError | undefined> {
	try {
		await client.delete(path, {...options, idempotent: true});
	} catch (error) {
		if (error instanceof NotEmptyError) return error;
		if (!(error instanceof NoNodeError)) throw error;
	}
	return undefined;
}
