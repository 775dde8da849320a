import type {WatchedEvent} from '../../znode.ts';
import type {WatchKind} from '../operation.ts';

/** What each path takes in the C client's one request that restores all watches, besides its bytes. */
const overhead = 4;

/** The paths that the C client watches for one session, by their length in the request that restores them. */
export class WatchedPaths {
	readonly #paths: Readonly<Record<WatchKind, Set<string>>> = {data: new Set(), child: new Set()};
	#length = 0;

	/** Bytes. */
	get length(): number {
		return this.#length;
	}

	has(kind: WatchKind, path: string): boolean {
		return this.#paths[kind].has(path);
	}

	add(kind: WatchKind, path: string): void {
		if (this.has(kind, path)) return;
		this.#paths[kind].add(path);
		this.#length += lengthOf(path);
	}

	delete(kind: WatchKind, path: string): void {
		if (this.#paths[kind].delete(path)) this.#length -= lengthOf(path);
	}

	fired({type, path}: WatchedEvent): void {
		if (type !== 'children') this.delete('data', path);
		if (type === 'children' || type === 'deleted') this.delete('child', path);
	}
}

export function lengthOf(path: string): number {
	return overhead + Buffer.byteLength(path);
}
