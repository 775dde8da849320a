/** Calls that may still be dialling when nobody waits for them any more: what they get must be closed behind them. */
export class Attempts {
	readonly #running = new Set<Promise<unknown>>();

	async run<T>(work: () => Promise<T>): Promise<T> {
		const running = work();
		this.#running.add(running);
		try {
			return await running;
		} finally {
			this.#running.delete(running);
		}
	}

	/** Resolves when those that run now have ended, in whatever way. */
	async settled(): Promise<void> {
		await Promise.allSettled(this.#running);
	}
}
