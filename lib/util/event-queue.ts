import {type Deferred, deferred} from './deferred.ts';

/** A stream from callbacks: everything pushed is iterated, in order, by one reader. */
export class EventQueue<T> implements AsyncIterable<T> {
	readonly #items: T[] = [];
	#waiting: Deferred<void> | undefined;
	#ended = false;

	push(item: T): void {
		if (this.#ended) return;
		this.#items.push(item);
		this.#waiting?.resolve();
	}

	/** The iteration ends after what was pushed before. Idempotent. */
	end(): void {
		this.#ended = true;
		this.#waiting?.resolve();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
		for (;;) {
			while (this.#items.length > 0) yield this.#items.shift() as T;
			if (this.#ended) return;
			this.#waiting = deferred();
			await this.#waiting.promise;
			this.#waiting = undefined;
		}
	}
}
