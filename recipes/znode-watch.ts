import {type Client, type ClientEvents, type Data, isCoordinationError} from '../lib/index.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import {isInterruption} from './interruption.ts';

export type ZnodeFacts = {
	/** What was read; `undefined` while there is no such znode. The same may be told again. */
	read(data: Data | undefined): void;
	/** The server refused the read (NoAuth, …). */
	refused(error: unknown): void;
	/** The client was closed: nothing more will be told. */
	closed(): void;
};

const once = {retry: false} as const;

/**
 * Reads a znode, and again whenever it may have changed: at each event, each reconnection and each new session. Every time one flight: `exists`, whose
 * watch also waits for a znode that is not there, and then the data, which is at least as new as the watch.
 */
export class ZnodeWatch {
	readonly #client: Client;
	readonly #path: string;
	readonly #facts: ZnodeFacts;
	readonly #unsubscribe: () => void;
	#isOpen = true;

	constructor(client: Client, path: string, facts: ZnodeFacts) {
		this.#client = client;
		this.#path = path;
		this.#facts = facts;
		this.#unsubscribe = subscribe<ClientEvents>(client, {
			connected: () => void this.#look(),
			reconnected: () => void this.#look(),
			closed: () => this.#closed(),
		});
		if (client.state.status === 'closed') queueMicrotask(() => this.#closed());
		else void this.#look();
	}

	/** Takes the watch back. Idempotent. */
	async close(): Promise<void> {
		this.#isOpen = false;
		this.#unsubscribe();
		await this.#client.unwatch(this.#path, this.#listener).catch(() => {});
	}

	/** One for all reads, so that a second watch on the same znode is still told once. */
	readonly #listener = ({type}: {readonly type: string}): void => {
		if (this.#isOpen && type !== 'lost') void this.#look();
	};

	async #look(): Promise<void> {
		if (this.#client.state.status !== 'connected') return;
		const [, read] = await Promise.allSettled([
			this.#client.exists(this.#path, {...once, watch: this.#listener}),
			this.#client.get(this.#path, once),
		]);
		if (!this.#isOpen) return this.close();
		if (read.status === 'fulfilled') this.#facts.read(read.value);
		else if (isCoordinationError(read.reason, 'NO_NODE')) this.#facts.read(undefined);
		else if (!isInterruption(read.reason)) this.#facts.refused(read.reason);
		// Not in this turn: the loss of the connection may not be announced yet.
		else setImmediate(() => void this.#look());
	}

	#closed(): void {
		if (!this.#isOpen) return;
		this.#isOpen = false;
		this.#unsubscribe();
		this.#facts.closed();
	}
}
