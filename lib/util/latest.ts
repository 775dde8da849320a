import {addAbortListener} from 'node:events';
import type {Cancellable} from './cancellable.ts';

/** A value that changes, for readers who want the newest one and never a backlog. */
export class Latest<T> {
	#current: {readonly value: T} | undefined;
	#ended = false;
	readonly #waiting = new Set<() => void>();

	get value(): T | undefined {
		return this.#current?.value;
	}

	set(value: T): void {
		this.#current = {value};
		this.#wake();
	}

	/** Ends every iteration. Idempotent. */
	end(): void {
		this.#ended = true;
		this.#wake();
	}

	/** Begins with the value of now, if there is one. A reader that is slow skips what was replaced meanwhile. Ends on abort. */
	async *values({signal}: Cancellable = {}): AsyncGenerator<T, void, undefined> {
		let seen: {readonly value: T} | undefined;
		while (!this.#ended && !signal?.aborted) {
			const current = this.#current;
			if (current === undefined || current === seen) await this.#change(signal);
			else {
				seen = current;
				yield current.value;
			}
		}
	}

	async #change(signal: AbortSignal | undefined): Promise<void> {
		let wake!: () => void;
		const changed = new Promise<void>(resolve => {
			wake = resolve;
		});
		this.#waiting.add(wake);
		const listening = signal && addAbortListener(signal, wake);
		try {
			await changed;
		} finally {
			listening?.[Symbol.dispose]();
			this.#waiting.delete(wake);
		}
	}

	#wake(): void {
		for (const wake of this.#waiting) wake();
	}
}
