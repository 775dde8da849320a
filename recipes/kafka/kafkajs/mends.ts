import type {TopicPartition} from '../topic-partition.ts';
import {KafkajsMismatchError} from '../kafka-error.ts';

type RequestQueue = {readonly pending: readonly unknown[]; scheduleCheckPendingRequests: (this: RequestQueue) => void};

/** kafkajs arms a timer of 1 ms again and again on every connection, for an empty queue too: percents of a core, and a warning each from Node 24 on. */
export function mendRequestQueue(module: unknown): void {
	const {prototype} = module as {readonly prototype: RequestQueue};
	const schedule = prototype.scheduleCheckPendingRequests;
	if (typeof schedule !== 'function') throw new KafkajsMismatchError('kafkajs has no request queue of the known kind');
	prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
		if (this.pending.length > 0) schedule.call(this);
	};
}

type Batch = {
	readonly rawMessages: readonly unknown[];
	isEmpty: (this: Batch) => boolean;
	isEmptyDueToFiltering: (this: Batch) => boolean;
};

/** A batch of nothing but control and aborted records moves the position, so the handler gets it too (empty), with what was asked for and where to go on. */
export function mendEmptyBatches(module: unknown): void {
	const {prototype} = module as {readonly prototype: Batch};
	if (typeof prototype.isEmptyDueToFiltering !== 'function')
		throw new KafkajsMismatchError('kafkajs has no known `Batch`');
	prototype.isEmpty = function (this: Batch): boolean {
		return this.rawMessages.length === 0;
	};
	prototype.isEmptyDueToFiltering = (): boolean => false;
}

type ConsumerGroup = {
	readonly groupId: string;
	pause(lanes: readonly {readonly topic: string; readonly partitions: readonly number[]}[]): void;
	recoverFromOffsetOutOfRange: (this: ConsumerGroup, error: TopicPartition) => Promise<void>;
};

/** Who is told, by the group's id, that a partition does not hold the offset that was asked for. The partition is paused. */
export const outOfRangeListeners: Map<string, (lane: TopicPartition) => void> = new Map();

/** kafkajs goes on from the first record kept, and commits that, without a word: what was lost would not even be known. */
export function mendOutOfRange(module: unknown): void {
	const {prototype} = module as {readonly prototype: ConsumerGroup};
	if (typeof prototype.recoverFromOffsetOutOfRange !== 'function')
		throw new KafkajsMismatchError('kafkajs has no known `ConsumerGroup`');
	prototype.recoverFromOffsetOutOfRange = async function (this: ConsumerGroup, {topic, partition}): Promise<void> {
		this.pause([{topic, partitions: [partition]}]);
		outOfRangeListeners.get(this.groupId)?.({topic, partition});
	};
}

type RecordBatch = {
	readonly firstOffset: string;
	readonly lastOffsetDelta: number;
	readonly records: readonly object[];
};
type DecodeBatch = (decoder: object) => Promise<RecordBatch>;

/**
 * Compaction leaves empty record batches behind (the last of each producer). A fetch that holds nothing else looks to kafkajs like one that holds nothing, and it asks for the
 * same offset for ever. Here such a batch is a control record, which is no record to the handler but moves the position.
 */
export function mendCompactedBatches(decode: unknown): DecodeBatch {
	if (typeof decode !== 'function') throw new KafkajsMismatchError('kafkajs has no known decoder of record batches');
	return async decoder => {
		const batch = await (decode as DecodeBatch)(decoder);
		if (batch.records.length > 0) return batch;
		const offset = (BigInt(batch.firstOffset) + BigInt(batch.lastOffsetDelta)).toString();
		const nothing = {offset, key: null, value: null, headers: {}, isControlRecord: true, batchContext: batch};
		return {...batch, records: [nothing]};
	};
}
