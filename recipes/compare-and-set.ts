import {type Client, type Data, isCoordinationError, type Stat} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {mayHaveRun} from './interruption.ts';
import {readZnode} from './read-znode.ts';

/**
 * Writes the znode if it is still at the expected version, or creates it, with its parents, if none is expected. An answer that was lost is looked up by
 * version and data before anything is repeated.
 *
 * @returns the znode's new stat, or `undefined` if somebody else wrote first
 * @throws ConnectionLossError when others wrote after a lost answer, so that nobody can tell whether this write came through
 */
export async function compareAndSet(
	client: Client,
	path: string,
	bytes: Uint8Array,
	{expected, signal}: Cancellable & {readonly expected: Stat | undefined},
): Promise<Stat | undefined> {
	for (;;) {
		try {
			if (expected) return await client.set(path, bytes, {version: expected.version, signal});
			return (await client.create(path, bytes, {createParents: true, signal})).stat;
		} catch (error) {
			if (isOvertaken(error, expected)) return undefined;
			if (isCoordinationError(error, 'SESSION_EXPIRED')) continue;
			if (!isCoordinationError(error, 'CONNECTION_LOSS') || !mayHaveRun(error)) throw error;
			const found = await readAfterSync(client, path, {signal});
			if (isUnchanged(found, expected)) continue;
			if (!found) return undefined;
			const mine = expected ? nextVersion(expected.version) : 0;
			if (found.stat.version !== mine) throw error;
			return Buffer.compare(found.data ?? Buffer.alloc(0), bytes) === 0 ? found.stat : undefined;
		}
	}
}

/** A parent that is missing although it was created is no rival's doing. */
function isOvertaken(error: unknown, expected: Stat | undefined): boolean {
	return (expected ? ['BAD_VERSION', 'NO_NODE'] : ['NODE_EXISTS']).some(code => isCoordinationError(error, code));
}

function isUnchanged(found: Data | undefined, expected: Stat | undefined): boolean {
	return found?.stat.mzxid === expected?.mzxid;
}

/** The server counts on in 32 bits. */
function nextVersion(version: number): number {
	return (version + 1) | 0;
}

/** The sync keeps a write of the lost connection from arriving after the read. */
async function readAfterSync(client: Client, path: string, options: Cancellable): Promise<Data | undefined> {
	const [, data] = await Promise.all([client.sync(path, options), readZnode(client, path, options)]);
	return data;
}
