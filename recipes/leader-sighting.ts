import {type Client, isCoordinationError, joinPath, type ReadOptions} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {inOrder, latchKinds} from './contender-name.ts';
import {nextChange} from './next-change.ts';
import {readZnode} from './read-znode.ts';

/** Who leads: the first in the queue. */
export type Leader = {
	/** What the participant calls itself; may be empty. */
	readonly id: string;
	/** Its znode. */
	readonly path: string;
};

export type Sighting = {
	readonly leader: Leader | undefined;
	/** Resolves when this may no longer be true. */
	readonly changed: Promise<void>;
	/** Takes the watch back. */
	readonly end: () => void;
};

/**
 * Looks who is first under `path`, and leaves one watch: on the first itself, so that no other participant's coming and going is heard of; or, while there
 * is none, on the queue, or on the queue's znode if even that is missing.
 */
export async function sightLeader(client: Client, path: string, options: Cancellable): Promise<Sighting> {
	for (;;) {
		const sighting = (await sightFirst(client, path, options)) ?? (await sightNone(client, path, options));
		if (sighting) return sighting;
	}
}

/** The participants' names in order; `undefined` if the queue's znode is missing. */
async function participantsUnder(client: Client, path: string, options: ReadOptions): Promise<string[] | undefined> {
	try {
		const {children} = await client.children(path, options);
		return inOrder(children, latchKinds);
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return undefined;
		throw error;
	}
}

async function sightFirst(client: Client, path: string, options: Cancellable): Promise<Sighting | undefined> {
	const [first] = (await participantsUnder(client, path, options)) ?? [];
	if (first === undefined) return undefined;
	const child = joinPath(path, first);
	const {listener, changed, end} = nextChange(client, child);
	const read = await readZnode(client, child, {...options, watch: listener});
	return read && {leader: {id: read.data?.toString() ?? '', path: child}, changed, end};
}

async function sightNone(client: Client, path: string, options: Cancellable): Promise<Sighting | undefined> {
	const {listener, changed, end} = nextChange(client, path);
	const watching = {...options, watch: listener};
	const names = await participantsUnder(client, path, watching);
	const isThere = names ? names.length > 0 : await client.exists(path, watching);
	if (!isThere) return {leader: undefined, changed, end};
	end();
	return undefined;
}
