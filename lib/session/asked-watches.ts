import type {WatchKind} from '../driver/operation.ts';
import type {WatchListener} from '../znode.ts';
import type {WatchOwner} from './watch-owner.ts';

/** A read under way that asks for a one-shot watch. */
export type WatchingRead = {
	readonly kind: WatchKind;
	readonly serverPath: string;
	/** As the listener's owner wrote it. */
	readonly path: string;
	readonly listener: WatchListener;
	/** What the watch ends with, if that is less than the session. */
	readonly owner?: WatchOwner | undefined;
};

/** The reads under way that ask for a watch which somebody wants. */
export class AskedWatches {
	readonly #reads: Readonly<Record<WatchKind, Map<string, Set<WatchingRead>>>> = {data: new Map(), child: new Map()};

	add(read: WatchingRead): void {
		const byPath = this.#reads[read.kind];
		let reads = byPath.get(read.serverPath);
		if (!reads) byPath.set(read.serverPath, (reads = new Set()));
		reads.add(read);
	}

	/** It is over. Returns whether its watch was wanted to the end. */
	delete(read: WatchingRead): boolean {
		const reads = this.#reads[read.kind].get(read.serverPath);
		const isWanted = reads?.delete(read) ?? false;
		if (reads?.size === 0) this.#reads[read.kind].delete(read.serverPath);
		return isWanted;
	}

	has(kind: WatchKind, serverPath: string): boolean {
		return this.#reads[kind].has(serverPath);
	}

	of(kind: WatchKind, serverPath: string): readonly WatchingRead[] {
		return [...(this.#reads[kind].get(serverPath) ?? [])];
	}

	/** Nobody wants what a listener's reads ask for any more. Returns whether there are such reads. */
	giveUp(kind: WatchKind, serverPath: string, listener: WatchListener): boolean {
		const reads = this.of(kind, serverPath).filter(read => read.listener === listener);
		for (const read of reads) this.delete(read);
		return reads.length > 0;
	}
}
