import type {Client, CreateOptions} from './client.ts';
import {NoAuthError, NodeExistsError, NoNodeError} from './errors/keeper-error.ts';
import {ancestorsOf} from './paths.ts';

/** How often a parent may vanish between its creation and its child's, before that is the caller's to know. Idle containers are removed by the server at any time (trap T28). */
const maxAttempts = 5;

/**
 * Runs `create`; when a parent is missing, asks for all ancestors in one flight and then creates the missing ones in one flight with `create` itself.
 * While the parents exist it costs nothing.
 */
export async function createParents<T>(
	client: Client,
	path: string,
	options: CreateOptions,
	create: () => Promise<T>,
): Promise<T> {
	let attempt = create();
	for (let failures = 0; ; failures++) {
		try {
			return await attempt;
		} catch (error) {
			if (!(error instanceof NoNodeError) || failures === maxAttempts) throw error;
		}
		const missing = await missingAncestors(client, path, options);
		const parents = missing.map(ancestor => createParent(client, ancestor, options));
		attempt = create();
		const results = await Promise.allSettled([...parents, attempt]);
		const refused = results.find((result, index) => result.status === 'rejected' && index < parents.length);
		if (refused?.status === 'rejected') throw refused.reason;
	}
}

async function missingAncestors(
	client: Client,
	path: string,
	{signal, retry, anySession}: CreateOptions,
): Promise<string[]> {
	const ancestors = ancestorsOf(path);
	const present = await Promise.all(
		ancestors.map(async ancestor => {
			try {
				return (await client.exists(ancestor, {signal, retry, anySession})) !== undefined;
			} catch (error) {
				if (error instanceof NoAuthError) return true;
				throw error;
			}
		}),
	);
	return ancestors.filter((_, index) => !present[index]);
}

async function createParent(client: Client, path: string, options: CreateOptions): Promise<void> {
	const {createParents: parents, acl, signal, retry, anySession} = options;
	const mode = parents === 'persistent' ? 'persistent' : 'container';
	try {
		await client.create(path, Buffer.alloc(0), {mode, acl, signal, retry, anySession});
	} catch (error) {
		if (!(error instanceof NodeExistsError)) throw error;
	}
}
