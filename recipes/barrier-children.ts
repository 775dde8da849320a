import {type Client, isCoordinationError, joinPath, type OperationOptions} from '../lib/index.ts';

/** The child of a double barrier that is not a member: it is there while the barrier is open. Curator's name. */
const ready = 'ready';

export function readyPath(barrier: string): string {
	return joinPath(barrier, ready);
}

/** The paths of those who stand in the barrier, before or after it opened. */
export async function membersOf(client: Client, barrier: string, options: OperationOptions): Promise<string[]> {
	const names = await childrenOf(client, barrier, options);
	return names.filter(name => name !== ready).map(name => joinPath(barrier, name));
}

/** Closes a barrier that nobody stands in, since it would let the first of the next round pass. */
export async function closeIfEmpty(client: Client, barrier: string, options: OperationOptions): Promise<void> {
	const [first, ...others] = await childrenOf(client, barrier, options);
	if (first !== ready || others.length > 0) return;
	try {
		await client.delete(readyPath(barrier), options);
	} catch (error) {
		if (!isCoordinationError(error, 'NO_NODE')) throw error;
	}
}

async function childrenOf(client: Client, barrier: string, options: OperationOptions): Promise<readonly string[]> {
	try {
		return (await client.children(barrier, options)).children;
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return [];
		throw error;
	}
}
