import type {KafkaMessage} from 'kafkajs';
import type {TopicPartition} from '../topic-partition.ts';

/** Consecutive input records of one partition, read committed. */
export type FeedBatch = TopicPartition & {
	/** The offset that was asked for: always the `nextOffset` of the batch before, or where the lane was opened. */
	readonly fetchedOffset: bigint;
	/** May be empty: aborted, control and compacted records take offsets but are not records. */
	readonly messages: readonly KafkaMessage[];
	/** The offset to go on from. */
	readonly nextOffset: bigint;
	/** The end of the partition as the broker reported it with this batch. */
	readonly highWatermark: bigint;
};

/** The offset range a partition holds: `low` is the first record kept, `high` the end that a committed reader can reach. */
export type OffsetRange = {readonly low: bigint; readonly high: bigint};

/** What the consumer is told about one open lane. Calls are synchronous and must not throw. */
export type FeedReceiver = {
	batch(batch: FeedBatch): void;
	/** The partition no longer holds the offset that comes next (retention, truncation). The lane delivers nothing more until it is opened again. */
	gap(expected: bigint): void;
};

/**
 * Where records come from: one group member that is alone in its group, fetching only the lanes that were opened. It owns the positions: across re-joins, crashes of
 * the client below and dropped connections each open lane is delivered without gap and without repetition (driver rules C1-C6).
 */
export interface Feed {
	/** Joins and starts fetching nothing. @throws whatever the broker refuses for good (unknown topic, authorization) */
	start(options: {readonly signal?: AbortSignal | undefined}): Promise<void>;
	/** The partitions of each topic, as of now. */
	partitions(): Promise<readonly TopicPartition[]>;
	ranges(lanes: readonly TopicPartition[]): Promise<ReadonlyMap<string, OffsetRange>>;
	/** The first offset whose timestamp (ms) is at or after `timestamp`; the end if there is none. Keys are `laneKey`s. */
	offsetsAt(lanes: readonly TopicPartition[], timestamp: number): Promise<ReadonlyMap<string, bigint>>;
	/** Delivers from `offset` on. A lane that is open already is moved, and nothing of its old position is delivered any more. */
	open(lane: TopicPartition, offset: bigint, receiver: FeedReceiver): void;
	/** Nothing is delivered after it returns. */
	close(lane: TopicPartition): void;
	/** Back-pressure: what is under way may still be delivered. */
	pause(lane: TopicPartition): void;
	resume(lane: TopicPartition): void;
	stop(): Promise<void>;
}
