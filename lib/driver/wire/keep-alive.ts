type KeepAliveActions = {
	ping(now: number): void;
	silent(silence: number): void;
};

/**
 * Two clocks over one connection. Nothing sent for a third of the session timeout: ping (a server counts only what it receives, so reads must not postpone this).
 * Nothing received for two thirds: the connection is dead, whatever TCP believes.
 */
export class KeepAlive {
	readonly #pingAfter: number;
	readonly #silentAfter: number;
	readonly #actions: KeepAliveActions;
	readonly #pings: number[] = [];
	#sentAt = performance.now();
	#receivedAt = performance.now();
	#timer: NodeJS.Timeout;

	/** @param timeout the negotiated session timeout, ms */
	constructor(timeout: number, actions: KeepAliveActions) {
		this.#pingAfter = timeout / 3;
		this.#silentAfter = (timeout * 2) / 3;
		this.#actions = actions;
		this.#timer = setTimeout(() => this.#check(), this.#pingAfter);
	}

	/** @param now by `performance.now()`, which whoever sends has asked already */
	sent(now: number): void {
		this.#sentAt = now;
	}

	received(): void {
		this.#receivedAt = performance.now();
	}

	/** When the ping that is answered now had been sent. */
	answered(): number | undefined {
		return this.#pings.shift();
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#check(): void {
		const now = performance.now();
		const silence = now - this.#receivedAt;
		if (silence >= this.#silentAfter) {
			this.#actions.silent(silence);
			return;
		}
		if (now - this.#sentAt >= this.#pingAfter) {
			this.#pings.push(now);
			this.#actions.ping(now);
		}
		const next = Math.min(this.#sentAt + this.#pingAfter, this.#receivedAt + this.#silentAfter) - now;
		this.#timer = setTimeout(() => this.#check(), Math.max(1, next));
	}
}
