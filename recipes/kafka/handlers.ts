import {setImmediate} from 'node:timers/promises';
import type {Batch, KafkaMessage} from 'kafkajs';
import {InvalidArgumentError} from '../../lib/index.ts';
import {LateEmitError} from './lane-error.ts';
import type {FeedBatch} from './feed/feed.ts';
import type {EmitRecord, OutputRecord} from './sink/sink.ts';
import type {TopicPartition} from './topic-partition.ts';

/** What kafkajs hands to a handler, and what makes the outputs exactly once. */
type Payload = {
	/** Adds output records to the commit that carries the input record. Synchronous; each record is checked at once. @throws LateEmitError, LaneLostError, LeaseLostError, InvalidArgumentError, RecordTooLargeError */
	readonly emit: (...records: readonly EmitRecord[]) => void;
	/** Aborted when the lane is lost, or must be handed over before the handler is done. Whatever the handler does after that is dropped. */
	readonly signal: AbortSignal;
	/** The lane's epoch: grows with every owner of the lane. Hand it to whatever else is written to, and have that refuse a smaller one. */
	readonly fencingToken: bigint;
	/** Does nothing: no group session depends on how long a handler takes. Here so that a handler made for kafkajs runs unchanged. */
	readonly heartbeat: () => Promise<void>;
	/** Pauses the lane as `consumer.pause` does. @returns what resumes it */
	readonly pause: () => () => void;
};
export type EachMessagePayload = Payload & TopicPartition & {readonly message: KafkaMessage};
export type EachBatchPayload = Payload & {
	readonly batch: Batch;
	/** The records up to `offset` are finished: what was emitted since the last call belongs to them. @throws InvalidArgumentError for an offset that is not in the batch */
	readonly resolveOffset: (offset: string) => void;
	readonly isRunning: () => boolean;
	/** The lane was lost or rewound: the batch will be processed again, by this worker or another. */
	readonly isStale: () => boolean;
};
export type EachMessageHandler = (payload: EachMessagePayload) => void | Promise<void>;
export type EachBatchHandler = (payload: EachBatchPayload) => void | Promise<void>;

/** A part of a batch that is to be processed, from the lane's side. */
export type Work = {
	readonly lane: TopicPartition;
	readonly batch: FeedBatch;
	readonly messages: readonly KafkaMessage[];
	readonly signal: AbortSignal;
	readonly fencingToken: bigint;
	/** No further record should be begun: the lane is being handed over, or paused. */
	readonly isStopping: () => boolean;
	readonly prepare: (record: EmitRecord) => OutputRecord;
	/** `messages` up to and including that index are finished, with these outputs. */
	readonly resolve: (index: number, outputs: readonly OutputRecord[]) => void;
	readonly pause: () => () => void;
};
/** Processes what is handed to it, or a prefix of it. Rejects with what the user's handler threw. */
export type Processor = (work: Work) => Promise<void>;

/** Milliseconds. Handlers that never wait would keep the event loop, and with it commits and the session, waiting for a whole batch. */
const longestTurn = 5;

const heartbeat = (): Promise<void> => Promise.resolve();

export function messageProcessor(eachMessage: EachMessageHandler): Processor {
	return async ({lane: {topic, partition}, messages, signal, fencingToken, isStopping, prepare, resolve, pause}) => {
		let turn = performance.now();
		for (const [index, message] of messages.entries()) {
			if (performance.now() - turn > longestTurn) {
				await setImmediate();
				turn = performance.now();
			}
			if (isStopping()) return;
			const collector = new Collector({topic, partition}, prepare);
			try {
				const {emit} = collector;
				await eachMessage({topic, partition, message, emit, signal, fencingToken, heartbeat, pause});
			} finally {
				collector.end();
			}
			resolve(index, collector.take());
		}
	};
}

/** @param autoResolve the handler's return finishes the whole batch, as in kafkajs */
export function batchProcessor(eachBatch: EachBatchHandler, autoResolve: boolean): Processor {
	return async ({lane, batch, messages, signal, fencingToken, isStopping, prepare, resolve, pause}) => {
		const collector = new Collector(lane, prepare);
		let resolved = -1;
		const resolveOffset = (offset: string): void => {
			const index = messages.findIndex(message => message.offset === offset);
			if (index === -1) throw new InvalidArgumentError('offset', offset, 'the offset of a record of the batch');
			if (index <= resolved || signal.aborted) return;
			resolved = index;
			resolve(index, collector.take());
		};
		try {
			await eachBatch({
				batch: toKafkajsBatch(batch, messages),
				emit: collector.emit,
				signal,
				fencingToken,
				heartbeat,
				pause,
				resolveOffset,
				isRunning: () => !isStopping() && !signal.aborted,
				isStale: () => signal.aborted,
			});
		} finally {
			collector.end();
		}
		const last = messages.length - 1;
		if (autoResolve && resolved < last && !isStopping()) resolve(last, collector.take());
	};
}

/** Gathers what a handler emits until it is taken. */
class Collector {
	#outputs: OutputRecord[] = [];
	#isOpen = true;
	readonly emit: (...records: readonly EmitRecord[]) => void;

	constructor(lane: TopicPartition, prepare: (record: EmitRecord) => OutputRecord) {
		this.emit = (...records) => {
			if (!this.#isOpen) throw new LateEmitError(lane);
			for (const record of records) this.#outputs.push(prepare(record));
		};
	}

	take(): readonly OutputRecord[] {
		return this.#outputs.splice(0);
	}

	end(): void {
		this.#isOpen = false;
	}
}

function toKafkajsBatch({topic, partition, highWatermark}: FeedBatch, messages: readonly KafkaMessage[]): Batch {
	const first = messages[0]?.offset ?? null;
	const last = messages.at(-1)?.offset ?? String(highWatermark - 1n);
	return {
		topic,
		partition,
		highWatermark: String(highWatermark),
		messages: [...messages],
		isEmpty: () => messages.length === 0,
		firstOffset: () => first,
		lastOffset: () => last,
		offsetLag: () => String(highWatermark - 1n - BigInt(last)),
		offsetLagLow: () => String(first === null ? 0n : highWatermark - 1n - BigInt(first)),
	};
}
