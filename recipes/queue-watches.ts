import {type Client, isCoordinationError, joinPath, type WatchListener} from '../lib/index.ts';
import {isInterruption} from './interruption.ts';

/** What became of a watch on a child. */
export type WatchFacts = {
	armed(name: string): void;
	/** Used up by a change of data, or its read lost with the connection. */
	unarmed(name: string): void;
	/** Deleted, or not there when asked about. */
	gone(name: string): void;
	refused(error: unknown): void;
};

/**
 * One-shot watches on children of a queue, each by a read of its data: a watch of `exists` would stay behind on a znode that is gone.
 * A watch that was taken back is not heard of again.
 */
export class QueueWatches {
	readonly #client: Client;
	readonly #parent: string;
	readonly #facts: WatchFacts;
	readonly #listeners = new Map<string, WatchListener>();

	constructor(client: Client, parent: string, facts: WatchFacts) {
		this.#client = client;
		this.#parent = parent;
		this.#facts = facts;
	}

	add(name: string): void {
		const listener: WatchListener = ({type}) => {
			if (!this.#drop(name, listener)) return;
			if (type === 'deleted') this.#facts.gone(name);
			// The client's own `lost` says the same of all watches.
			else if (type !== 'lost') this.#facts.unarmed(name);
		};
		this.#listeners.set(name, listener);
		this.#client.get(joinPath(this.#parent, name), {retry: false, watch: listener}).then(
			() => {
				if (this.#listeners.get(name) === listener) this.#facts.armed(name);
			},
			(error: unknown) => {
				if (!this.#drop(name, listener)) return;
				if (isCoordinationError(error, 'NO_NODE')) this.#facts.gone(name);
				else if (isInterruption(error)) this.#facts.unarmed(name);
				else this.#facts.refused(error);
			},
		);
	}

	/** The session is over, and the watches with it. */
	forget(): void {
		this.#listeners.clear();
	}

	/** Leaves nothing on the server. The watch on `own` is not taken back, but forgotten: it goes with its znode. */
	takeBack(own: string): void {
		for (const [name, listener] of this.#listeners) {
			if (name !== own) this.#client.unwatch(joinPath(this.#parent, name), listener).catch(() => {});
		}
		this.#listeners.clear();
	}

	#drop(name: string, listener: WatchListener): boolean {
		return this.#listeners.get(name) === listener && this.#listeners.delete(name);
	}
}
