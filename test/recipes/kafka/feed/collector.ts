import {deferred} from '../../../../lib/util/deferred.ts';
import type {FeedBatch, FeedReceiver} from '../../../../recipes/kafka/feed/feed.ts';

/** Keeps what one lane was told, and checks that the batches follow on one another. */
export class Collector implements FeedReceiver {
	readonly offsets: bigint[] = [];
	readonly values: string[] = [];
	readonly gaps: bigint[] = [];
	/** Where the next batch must have been fetched from. */
	expected: bigint;
	/** What was wrong, if anything. */
	fault: string | undefined;
	#changed = deferred();

	constructor(from: bigint) {
		this.expected = from;
	}

	batch({fetchedOffset, messages, nextOffset}: FeedBatch): void {
		if (fetchedOffset !== this.expected) this.fault = `fetched ${fetchedOffset}, expected ${this.expected}`;
		this.expected = nextOffset;
		for (const {offset, value} of messages) {
			this.offsets.push(BigInt(offset));
			this.values.push(value?.toString() ?? '');
		}
		this.#tell();
	}

	gap(expected: bigint): void {
		this.gaps.push(expected);
		this.#tell();
	}

	/** Resolves when the condition holds; it is asked after each call. */
	async until(condition: () => boolean): Promise<void> {
		while (!condition()) await this.#changed.promise;
	}

	#tell(): void {
		this.#changed.resolve();
		this.#changed = deferred();
	}
}
