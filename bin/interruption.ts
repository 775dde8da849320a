const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
const exitCodes: Readonly<Record<string, number>> = {SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143};

/** What ends a command from outside, as one AbortSignal: a signal to the process, or the end of whoever read its output. */
export class Interruption implements Disposable {
	readonly #controller = new AbortController();
	readonly #onSignal = (name: string): void => this.#controller.abort(name);

	constructor() {
		for (const name of signals) process.on(name, this.#onSignal);
		// Node reports it as an error instead of a signal. Never taken back: a write that is under way may still fail.
		process.stdout.on('error', () => this.#onSignal('SIGPIPE'));
	}

	/** Its reason is the name of the signal. */
	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** As shells have it: 128 and the signal's number. */
	get exitCode(): number {
		return exitCodes[String(this.signal.reason)] ?? 1;
	}

	[Symbol.dispose](): void {
		for (const name of signals) process.off(name, this.#onSignal);
	}
}
