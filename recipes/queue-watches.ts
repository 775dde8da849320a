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

type Watch = {
	readonly listener: WatchListener;
	/** `unwanted`: taken back before it was answered. */
	status: 'asked' | 'armed' | 'unwanted';
};

/** How long a lease is held, in milliseconds, until a watch tells its holder that somebody has deleted its znode. */
const delay = 100;

/**
 * One-shot watches on children of a queue, each by a read of its data: a watch of `exists` would stay behind on a znode that is gone.
 * A watch that was taken back is not heard of again.
 */
export class QueueWatches {
	readonly #client: Client;
	readonly #parent: string;
	readonly #facts: WatchFacts;
	readonly #watches = new Map<string, Watch>();
	#later: NodeJS.Timeout | undefined;

	constructor(client: Client, parent: string, facts: WatchFacts) {
		this.#client = client;
		this.#parent = parent;
		this.#facts = facts;
	}

	add(name: string): void {
		const watch: Watch = {
			status: 'asked',
			listener: ({type}) => {
				if (!this.#drop(name, watch)) return;
				if (type === 'deleted') this.#facts.gone(name);
				// The client's own `lost` says the same of all watches.
				else if (type !== 'lost') this.#facts.unarmed(name);
			},
		};
		this.#watches.set(name, watch);
		this.#client.get(joinPath(this.#parent, name), {retry: false, watch: watch.listener}).then(
			() => {
				if (watch.status === 'unwanted') return this.#unwatch(name, watch);
				watch.status = 'armed';
				if (this.#watches.get(name) === watch) this.#facts.armed(name);
			},
			(error: unknown) => {
				if (!this.#drop(name, watch)) return;
				if (isCoordinationError(error, 'NO_NODE')) this.#facts.gone(name);
				else if (isInterruption(error)) this.#facts.unarmed(name);
				else this.#facts.refused(error);
			},
		);
	}

	/** The znode is being deleted: its watch goes with it, unheard. */
	disregard(name: string): void {
		this.#watches.delete(name);
	}

	/** For a holder's own znode, where an answer that comes later still tells what happened meanwhile: a lease that is given back soon costs no request for it. */
	addLater(name: string): void {
		clearTimeout(this.#later);
		this.#later = setTimeout(() => this.add(name), delay);
	}

	/** The session is over, and the watches with it. */
	forget(): void {
		clearTimeout(this.#later);
		this.#watches.clear();
	}

	/** Leaves nothing on the server. The watch on `own` is not taken back, but forgotten: it goes with its znode. */
	takeBack(own: string): void {
		clearTimeout(this.#later);
		for (const [name, watch] of this.#watches) {
			if (name === own) continue;
			if (watch.status === 'armed') this.#unwatch(name, watch);
			else watch.status = 'unwanted';
		}
		this.#watches.clear();
	}

	#unwatch(name: string, {listener}: Watch): void {
		// It fails only with the client, and then there is nothing to take back.
		this.#client.unwatch(joinPath(this.#parent, name), listener).catch(() => {});
	}

	#drop(name: string, watch: Watch): boolean {
		return this.#watches.get(name) === watch && this.#watches.delete(name);
	}
}
