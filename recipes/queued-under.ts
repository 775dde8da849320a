import {type Client, isCoordinationError, joinPath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {readZnode} from './read-znode.ts';

/** A child of a queue, as the tree shows it. */
export type Queued = {
	readonly path: string;
	/** What its owner wrote there. */
	readonly data: Buffer | null;
};

/** Who queues under `path`, in the order that `inOrder` gives the children; nobody if that znode is missing. */
export async function queuedUnder(
	client: Client,
	path: string,
	inOrder: (children: readonly string[]) => readonly string[],
	options: Cancellable,
): Promise<Queued[]> {
	try {
		const {children} = await client.children(path, options);
		const read = inOrder(children).map(async name => {
			const child = joinPath(path, name);
			const znode = await readZnode(client, child, options);
			return znode ? [{path: child, data: znode.data}] : [];
		});
		return (await Promise.all(read)).flat();
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return [];
		throw error;
	}
}
