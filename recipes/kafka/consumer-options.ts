import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import {boundedExponentialBackoff, InvalidArgumentError, type RetryPolicy, validatePath} from '../../lib/index.ts';
import {toPathElement} from './consumer-paths.ts';
import type {CommitBounds} from './group-commit.ts';
import {
	batchProcessor,
	type EachBatchHandler,
	type EachMessageHandler,
	messageProcessor,
	type Processor,
} from './handlers.ts';
import type {OutOfRange} from './position-lanes.ts';
import type {SinkFactory} from './sink/sink.ts';
import type {StartPosition} from './start-position.ts';
import type {LoadBounds} from './worker-room.ts';

/** What `configure` changes while the consumer runs. */
export type ConsumerSettings = {
	/** Milliseconds between commits. @default 100 */
	readonly commitInterval?: number | undefined;
	/** A commit closes earlier at so many input and output records of the worker. @default 10_000 */
	readonly commitRecords?: number | undefined;
	/** A commit closes earlier at so many bytes of outputs. @default 8_388_608 */
	readonly commitBytes?: number | undefined;
	/** A lane stops fetching while it holds so many records, or `highWaterBytes`, that are not committed. It goes on at half of both. @default 20_000 */
	readonly highWaterRecords?: number | undefined;
	/** @default 33_554_432 */
	readonly highWaterBytes?: number | undefined;
};

/** `eachMessage` or `eachBatch`, not both, as in kafkajs. */
export type Handlers =
	| {readonly eachMessage: EachMessageHandler; readonly eachBatch?: undefined}
	| {
			readonly eachBatch: EachBatchHandler;
			readonly eachMessage?: undefined;
			/** The handler's return finishes the whole batch. @default true */
			readonly eachBatchAutoResolve?: boolean | undefined;
	  };

export type ExactlyOnceConsumerOptions = ConsumerSettings &
	Handlers & {
		/** Names the job: its workers share the lanes, its group in Kafka carries the positions. No other consumer may use it. */
		readonly groupId: string;
		readonly topics: readonly string[];
		/** Where lanes begin that nobody ever had. */
		readonly start: StartPosition;
		/** Such as `kafkaSink()`. */
		readonly sink: SinkFactory;
		/** Tells this worker from the others, alive or not. @default host, process id and a random part */
		readonly workerId?: string | undefined;
		/** The znode below which groups keep what is theirs. @default '/docent' */
		readonly root?: string | undefined;
		/** When a handler throws: the pause before the record is processed again, `undefined` to halt the lane. @default `boundedExponentialBackoff(100, 5000, 5)` */
		readonly retry?: RetryPolicy | undefined;
		/** What to do where the input no longer holds the offset that comes next. @default 'halt' */
		readonly outOfRange?: OutOfRange | undefined;
		/** Milliseconds a handler may go on when its lane is to be handed over; then its work is dropped, and done again by the next owner. @default 10_000 */
		readonly drainTimeout?: number | undefined;
		/** Milliseconds that `close` may take in all. @default 30_000 */
		readonly closeTimeout?: number | undefined;
		/** Milliseconds after which an idle lane's position is committed again, so that Kafka does not forget it (`offsets.retention.minutes`). @default a day */
		readonly carrierRefreshInterval?: number | undefined;
		/** Milliseconds between looks for new partitions. @default 60_000 */
		readonly partitionsInterval?: number | undefined;
		/** With `start: 'group'`: milliseconds to wait for whoever may still have a transaction open. At least the sink's transaction timeout. @default 60_000 */
		readonly adoptionDelay?: number | undefined;
		/** Milliseconds a fetch waits for records. @default 100 */
		readonly maxWaitTime?: number | undefined;
		/** Of one fetch. @default 1_048_576 */
		readonly maxBytesPerPartition?: number | undefined;
	};

export type ResolvedConsumerOptions = {
	readonly groupId: string;
	readonly topics: readonly string[];
	readonly start: StartPosition;
	readonly sink: SinkFactory;
	readonly processor: Processor;
	readonly workerId: string;
	readonly root: string;
	readonly retry: RetryPolicy;
	readonly outOfRange: OutOfRange;
	readonly drainTimeout: number;
	readonly closeTimeout: number;
	readonly carrierRefreshInterval: number;
	readonly partitionsInterval: number;
	readonly adoptionDelay: number;
	readonly maxWaitTime: number | undefined;
	readonly maxBytesPerPartition: number | undefined;
	readonly bounds: CommitBounds & LoadBounds;
};

/** Node's timers go no further. */
const longestTimer = 2 ** 31 - 1;
const day = 86_400_000;

/** @throws InvalidArgumentError */
export function resolveConsumerOptions(options: ExactlyOnceConsumerOptions): ResolvedConsumerOptions {
	const {groupId, topics, start, sink, root = '/docent', retry, outOfRange = 'halt'} = options;
	const workerId = options.workerId ?? `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
	for (const [name, value] of Object.entries({groupId, workerId})) {
		if (typeof value !== 'string') throw new InvalidArgumentError(`options.${name}`, value, 'a string');
		toPathElement(value, `options.${name}`);
	}
	if (!Array.isArray(topics) || topics.length === 0 || topics.some(topic => typeof topic !== 'string' || topic === ''))
		throw new InvalidArgumentError('options.topics', topics, 'an array of at least one topic name');
	if (typeof (sink as SinkFactory | undefined)?.open !== 'function')
		throw new InvalidArgumentError('options.sink', sink, 'a sink, such as `kafkaSink()`');
	checkStart(start);
	validatePath(root, 'options.root');
	if (!['halt', 'earliest', 'latest'].includes(outOfRange))
		throw new InvalidArgumentError('options.outOfRange', outOfRange, "'halt', 'earliest' or 'latest'");
	if (retry !== undefined && typeof retry !== 'function')
		throw new InvalidArgumentError('options.retry', retry, 'a retry policy');
	return {
		groupId,
		topics,
		start,
		sink,
		processor: toProcessor(options),
		workerId,
		root,
		retry: retry ?? boundedExponentialBackoff(100, 5000, 5),
		outOfRange,
		drainTimeout: milliseconds('drainTimeout', options.drainTimeout, 10_000, 0),
		closeTimeout: milliseconds('closeTimeout', options.closeTimeout, 30_000, 0),
		carrierRefreshInterval: milliseconds('carrierRefreshInterval', options.carrierRefreshInterval, day, 100),
		partitionsInterval: milliseconds('partitionsInterval', options.partitionsInterval, 60_000, 100),
		adoptionDelay: milliseconds('adoptionDelay', options.adoptionDelay, 60_000, 0),
		maxWaitTime: options.maxWaitTime,
		maxBytesPerPartition: options.maxBytesPerPartition,
		bounds: resolveSettings(options),
	};
}

/** @throws InvalidArgumentError */
export function resolveSettings(
	settings: ConsumerSettings,
	before?: CommitBounds & LoadBounds,
): CommitBounds & LoadBounds {
	const records = count('highWaterRecords', settings.highWaterRecords, before?.highWater.records ?? 20_000);
	const bytes = count('highWaterBytes', settings.highWaterBytes, before?.highWater.bytes ?? 33_554_432);
	return {
		interval: milliseconds('commitInterval', settings.commitInterval, before?.interval ?? 100, 0),
		records: count('commitRecords', settings.commitRecords, before?.records ?? 10_000),
		bytes: count('commitBytes', settings.commitBytes, before?.bytes ?? 8_388_608),
		highWater: {records, bytes},
		lowWater: {records: Math.floor(records / 2), bytes: Math.floor(bytes / 2)},
	};
}

function toProcessor({eachMessage, eachBatch, ...rest}: Handlers): Processor {
	if (typeof eachMessage === 'function' && eachBatch === undefined) return messageProcessor(eachMessage);
	if (typeof eachBatch === 'function' && eachMessage === undefined)
		return batchProcessor(eachBatch, 'eachBatchAutoResolve' in rest ? (rest.eachBatchAutoResolve ?? true) : true);
	throw new InvalidArgumentError('options', {eachMessage, eachBatch}, 'given either `eachMessage` or `eachBatch`');
}

function checkStart(start: StartPosition): void {
	const isNamed = start === 'earliest' || start === 'latest' || start === 'group';
	const isTimestamp =
		typeof start === 'object' && start !== null && 'timestamp' in start && Number.isSafeInteger(start.timestamp);
	const isOffset =
		typeof start === 'object' && start !== null && 'offset' in start && typeof start.offset === 'function';
	if (!isNamed && !isTimestamp && !isOffset)
		throw new InvalidArgumentError(
			'options.start',
			start,
			"'earliest', 'latest', 'group', {timestamp: ms} or {offset: lane => offset}",
		);
}

function milliseconds(name: string, value: number | undefined, fallback: number, least: number): number {
	if (value === undefined) return fallback;
	if (!Number.isFinite(value) || value < least || value > longestTimer)
		throw new InvalidArgumentError(`options.${name}`, value, `a number of milliseconds from ${least} to 2^31 - 1`);
	return value;
}

function count(name: string, value: number | undefined, fallback: number): number {
	if (value === undefined) return fallback;
	if (!Number.isSafeInteger(value) || value < 1)
		throw new InvalidArgumentError(`options.${name}`, value, 'a whole number from 1');
	return value;
}
