type Timer = {readonly due: number; readonly callback: () => void};

/** Time that passes only when the test says so: `setTimeout`, `clearTimeout` and `performance.now` of this process, until it is disposed of. */
export class VirtualTime implements Disposable {
	readonly #real = {
		setTimeout: globalThis.setTimeout,
		clearTimeout: globalThis.clearTimeout,
		now: performance.now.bind(performance),
	};
	readonly #timers = new Set<Timer>();
	#now = 0;

	constructor() {
		const set = (callback: () => void, delay: number): unknown => {
			const timer: Timer = {due: this.#now + delay, callback};
			this.#timers.add(timer);
			return timer;
		};
		globalThis.setTimeout = set as typeof setTimeout;
		globalThis.clearTimeout = ((timer: unknown) => this.#timers.delete(timer as Timer)) as typeof clearTimeout;
		performance.now = () => this.#now;
	}

	get now(): number {
		return this.#now;
	}

	/** How many timers are still to fire. */
	get pending(): number {
		return this.#timers.size;
	}

	/** The event loop is blocked: what falls due meanwhile fires when time passes next. */
	block(duration: number): void {
		this.#now += duration;
	}

	/** Timers fire in the order they fall due, each at its time, or at once if that is past. */
	pass(duration: number): void {
		const end = this.#now + duration;
		for (let timer = this.#next(end); timer; timer = this.#next(end)) {
			this.#timers.delete(timer);
			this.#now = Math.max(this.#now, timer.due);
			timer.callback();
		}
		this.#now = end;
	}

	[Symbol.dispose](): void {
		globalThis.setTimeout = this.#real.setTimeout;
		globalThis.clearTimeout = this.#real.clearTimeout;
		performance.now = this.#real.now;
	}

	#next(end: number): Timer | undefined {
		let first: Timer | undefined;
		for (const timer of this.#timers) if (timer.due <= end && timer.due < (first?.due ?? Infinity)) first = timer;
		return first;
	}
}
