import type {WatchedEvent} from '../../znode.ts';
import type {WatchKind} from '../operation.ts';

/** What the session's watches have seen: the zxid of each path's latest change when it was read with a watch. A different one later on is a change that no event told. */
export class WatchedZxids {
	readonly #seen: Readonly<Record<WatchKind, Map<string, bigint>>> = {data: new Map(), child: new Map()};

	saw(kind: WatchKind, path: string, zxid: bigint): void {
		this.#seen[kind].set(path, zxid);
	}

	seen(kind: WatchKind, path: string): bigint | undefined {
		return this.#seen[kind].get(path);
	}

	fired({type, path}: WatchedEvent): void {
		if (type !== 'children') this.#seen.data.delete(path);
		if (type === 'children' || type === 'deleted') this.#seen.child.delete(path);
	}

	clear(): void {
		this.#seen.data.clear();
		this.#seen.child.clear();
	}
}
