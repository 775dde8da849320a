import type {Kafka} from 'kafkajs';
import type {TopicPartition} from '../topic-partition.ts';

/** A record to be written. `partition` is final: chosen before the commit, so that a retry cannot move it. */
export type OutputRecord = {
	readonly topic: string;
	readonly partition: number;
	readonly key: Buffer | null;
	readonly value: Buffer | null;
	readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>> | undefined;
	readonly timestamp?: string | undefined;
};

/** One lane's part of a group commit: the finished prefix `[from, next)` and what it emitted. */
export type LaneCommit = TopicPartition & {
	readonly from: bigint;
	readonly next: bigint;
	readonly epoch: bigint;
	readonly seq: bigint;
	readonly outputs: readonly OutputRecord[];
};

/** How far the sink itself says a lane got. */
export type CarrierPosition = {readonly next: bigint; readonly epoch: bigint; readonly seq: bigint};

/** What a record may carry when the user emits it. The sink turns it into an `OutputRecord` at once. */
export type EmitRecord = {
	readonly topic: string;
	readonly key?: Buffer | string | null | undefined;
	readonly value: Buffer | string | null;
	/** @default as the default partitioner of the Java client: murmur2 of the key; without a key one partition at a time in turn */
	readonly partition?: number | undefined;
	readonly headers?: OutputRecord['headers'];
	readonly timestamp?: string | undefined;
};

/** What a sink is opened with. */
export type SinkContext = {
	readonly groupId: string;
	/** The UUID kept beside the lanes: marks every commit as ours. */
	readonly fleet: string;
	/** Positions with the mark of an earlier fleet count as ours too: ZooKeeper's data was lost, the user vouches for them (`start: 'group'`). @default false */
	readonly adopts?: boolean | undefined;
	/** `<groupId>.<workerId>.<session id in hex>`: of this worker in this session alone. */
	readonly transactionalId: string;
	/** Of the private kafkajs (`createKafka`), with the user's connection settings. A sink elsewhere need not use it. */
	readonly kafka: Kafka;
};

/** What the user hands to the consumer, such as `kafkaSink()`. Opening fences nobody: that is `initProducer`'s. */
export type SinkFactory = {
	open(context: SinkContext, options: {readonly signal?: AbortSignal | undefined}): Promise<Sink>;
};

/**
 * Anything that can refuse an old owner, say how far each lane got, and take many lanes' outputs together with their offsets in one step. The step names are those
 * of the explored model (`test/model`).
 *
 * A failed `commit` rejects with `FencedError` (the epoch is dead), or `UnknownOutcomeError` (anything else: it may have happened). After either only `initProducer` leads on.
 */
export interface Sink {
	/** Makes this worker's id the sink's valid owner, discarding whatever transaction it had open. When it resolves, that transaction is decided and visible to `positions`. */
	initProducer(options: {readonly signal?: AbortSignal | undefined}): Promise<void>;
	/** Ends the recorded owner `transactionalId` for good: its open transaction is decided, its epoch refused. */
	fence(transactionalId: string, options: {readonly signal?: AbortSignal | undefined}): Promise<void>;
	/** Reads, strongly, how far each lane got; lanes without a position are absent. Keys are `laneKey`s. @throws ForeignCarrierError */
	positions(
		lanes: readonly TopicPartition[],
		options: {readonly signal?: AbortSignal | undefined},
	): Promise<ReadonlyMap<string, CarrierPosition>>;
	/** @throws ForeignCarrierError when somebody else's consumers are members of the carrier group */
	checkCarrier(options: {readonly signal?: AbortSignal | undefined}): Promise<void>;
	/** Checks a record and chooses its partition, synchronously. @throws InvalidArgumentError (also for a topic that does not exist), RecordTooLargeError */
	prepare(record: EmitRecord): OutputRecord;
	/** The commit point. One at a time. A lane without progress (`from` is `next`) refreshes its position: retention forgets what is not committed again. */
	commit(lanes: readonly LaneCommit[]): Promise<void>;
	close(): Promise<void>;
}
