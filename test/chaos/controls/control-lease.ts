import type {Client, Created} from '../../../lib/index.ts';

/** What the controls' locks give: they differ in who ends it. */
export class ControlLease {
	readonly fencingToken: bigint;
	readonly queuedAt: number | undefined;
	readonly #controller = new AbortController();
	readonly #client: Client;
	readonly #path: string;
	readonly #hasOwnClock: boolean;

	/** @param hasOwnClock without it only what servers tell ends the lease: that the znode is gone, or that there is another session */
	constructor(client: Client, {path, stat}: Created, hasOwnClock: boolean, queuedAt?: number) {
		this.#client = client;
		this.#path = path;
		this.#hasOwnClock = hasOwnClock;
		this.fencingToken = stat.czxid;
		this.queuedAt = queuedAt;
		client.once('connected', this.#lose);
		if (hasOwnClock) for (const event of ['untrusted', 'lost'] as const) client.once(event, this.#lose);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	readonly throwIfLost = (): void => {
		if (this.#hasOwnClock) {
			this.#client.checkClock();
			if (performance.now() >= this.#client.trustedUntil) this.#lose();
		}
		this.signal.throwIfAborted();
	};

	/** A lost one leaves its znode to the end of the session. */
	readonly release = async (): Promise<void> => {
		for (const event of ['connected', 'untrusted', 'lost'] as const) this.#client.off(event, this.#lose);
		if (!this.signal.aborted) await this.#client.deleteGuaranteed(this.#path);
	};

	readonly #lose = (): void => this.#controller.abort(new Error(`${this.#path} is lost`));
}
