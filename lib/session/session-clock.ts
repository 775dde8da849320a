type SessionClockActions = {
	untrusted(): void;
	lost(): void;
};

/**
 * The client's own idea of when its session may end (trap T2): the send time of the last request that was answered, plus the negotiated timeout. No server can end the
 * session earlier than that, whatever happened to the network meanwhile. Reads the monotonic clock at each question, so it is right even after a blocked event loop.
 */
export class SessionClock {
	readonly #actions: SessionClockActions;
	readonly #margin: number | undefined;
	#base = -Infinity;
	#timeout = 0;
	#running = false;
	#announced = false;
	#timer: NodeJS.Timeout | undefined;

	/** @param margin how long before the session's end leases end, ms; by default a quarter of the session timeout */
	constructor(margin: number | undefined, actions: SessionClockActions) {
		this.#margin = margin;
		this.#actions = actions;
	}

	get expiresAt(): number {
		return this.#running ? this.#base + this.#timeout : -Infinity;
	}

	/**
	 * A quarter of the timeout is what a follower may hold back: it relays its sessions' signs of life every half tick, and no session timeout is shorter than two
	 * ticks. So a session whose follower dies right after an answer still outlives its leases.
	 */
	get trustedUntil(): number {
		return this.#running ? this.#base + this.#timeout - (this.#margin ?? this.#timeout / 4) : -Infinity;
	}

	/** A session was opened, or resumed. */
	start(sentAt: number, timeout: number): void {
		this.#running = true;
		this.#timeout = timeout;
		this.#base = sentAt;
		this.#announced = false;
		this.#arm();
	}

	answered(sentAt: number): void {
		if (!this.#running || sentAt <= this.#base) return;
		this.#base = sentAt;
		if (!this.#announced || performance.now() >= this.trustedUntil) return;
		// Trust is restored: leases taken from now on have to be told again, and in time.
		this.#announced = false;
		this.#arm();
	}

	stop(): void {
		this.#running = false;
		clearTimeout(this.#timer);
	}

	/** Announces what is due. */
	check(): void {
		if (!this.#running) return;
		const now = performance.now();
		if (now >= this.trustedUntil && !this.#announced) {
			this.#announced = true;
			this.#actions.untrusted();
		}
		// A listener may have closed the client.
		if (this.#running && now >= this.expiresAt) {
			this.stop();
			this.#actions.lost();
		}
	}

	#arm(): void {
		clearTimeout(this.#timer);
		const due = this.#announced ? this.expiresAt : this.trustedUntil;
		this.#timer = setTimeout(
			() => {
				this.check();
				if (this.#running) this.#arm();
			},
			Math.max(1, due - performance.now()),
		);
	}
}
