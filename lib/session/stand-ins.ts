import {parentOf} from '../paths.ts';
import type {WatchedEvent} from '../znode.ts';

/**
 * Where a server's recursive watch stands in for a persistent one of the same path, because before 3.9 a server keeps only the last of the two (ZOOKEEPER-4466). A recursive watch does
 * not tell `children`; but it tells of each child that is created or deleted, which is the same.
 */
export class StandIns {
	readonly #paths = new Set<string>();
	/** Whose `children` was told for a server that may be about to tell it too. */
	#told: string | undefined;

	/** The server has armed a watch of this path: the recursive one is in force from here on, or no longer the only one. */
	armed(serverPath: string, mode: 'persistent' | 'recursive'): void {
		if (mode === 'recursive') this.#paths.add(serverPath);
		else this.dropped(serverPath);
	}

	/** The server has dropped what it had. */
	dropped(serverPath: string): void {
		this.#paths.delete(serverPath);
		// What was about to come has come by now.
		this.#told = undefined;
	}

	/** A new connection begins without watches. */
	clear(): void {
		this.#paths.clear();
		this.#told = undefined;
	}

	/** Whether a server that does keep both says once more what was told already: that comes right behind it. Asked of every event, in their order. */
	isRepeated({type, path}: WatchedEvent): boolean {
		const told = this.#told;
		this.#told = undefined;
		return type === 'children' && path === told;
	}

	/** What an event implies for the persistent watches of its parent. */
	implied({type, path}: WatchedEvent): WatchedEvent | undefined {
		if (type !== 'created' && type !== 'deleted') return undefined;
		const parent = parentOf(path);
		if (!this.#paths.has(parent)) return undefined;
		this.#told = parent;
		return {type: 'children', path: parent};
	}
}
