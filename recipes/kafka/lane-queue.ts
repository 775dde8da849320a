import type {FeedBatch} from './feed/feed.ts';
import type {Load} from './load.ts';

export type QueuedBatch = {
	readonly batch: FeedBatch;
	/** Of its records' keys and values. */
	readonly bytes: number;
	/** The first of its records that is not resolved. */
	at: number;
};

/** What a lane has been delivered and not finished yet, in the order of the offsets. */
export class LaneQueue {
	#batches: QueuedBatch[] = [];
	#records = 0;
	#bytes = 0;

	get head(): QueuedBatch | undefined {
		return this.#batches[0];
	}

	get load(): Load {
		return {records: this.#records, bytes: this.#bytes};
	}

	add(batch: FeedBatch): void {
		const bytes = batch.messages.reduce((sum, {key, value}) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
		this.#batches.push({batch, bytes, at: 0});
		this.#records += batch.messages.length;
		this.#bytes += bytes;
	}

	/** So many more records of a batch are finished; it may have been cleared away meanwhile. @returns the offset that comes next */
	resolve(queued: QueuedBatch, count: number): bigint {
		const {messages, nextOffset} = queued.batch;
		queued.at += count;
		if (queued.at < messages.length) return BigInt(messages[queued.at - 1]!.offset) + 1n;
		if (this.#batches[0] === queued) {
			this.#batches.shift();
			this.#records -= messages.length;
			this.#bytes -= queued.bytes;
		}
		return nextOffset;
	}

	clear(): void {
		this.#batches = [];
		this.#records = 0;
		this.#bytes = 0;
	}
}
