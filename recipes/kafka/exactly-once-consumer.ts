import {addAbortListener} from 'node:events';
import {type Client, CoordinationError} from '../../lib/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import {Emitter, type Listener, type Subscribable} from '../../lib/util/emitter.ts';
import {
	type ConsumerSettings,
	type ExactlyOnceConsumerOptions,
	type ResolvedConsumerOptions,
	resolveConsumerOptions,
	resolveSettings,
} from './consumer-options.ts';
import {createWorkerRoom} from './consumer-room.ts';
import type {CommitBounds} from './group-commit.ts';
import type {KafkaOptions} from './kafkajs/kafka.ts';
import type {LaneState} from './lane.ts';
import {PausedLanes, type TopicPartitions} from './paused-lanes.ts';
import type {TopicPartition} from './topic-partition.ts';
import {WorkerLoop} from './worker-loop.ts';
import type {ConsumerEvents, LoadBounds} from './worker-room.ts';

/** How far one lane of this worker is behind. */
export type LaneLag = TopicPartition & {
	/** The first offset that is not committed. */
	readonly committed: bigint;
	/** The end of the partition, as of the last fetch. */
	readonly highWatermark: bigint;
	readonly lag: bigint;
};

/** `run` was called twice, or after `close`. */
export class ConsumerStateError extends CoordinationError {
	readonly code = 'CONSUMER_STATE';
}

type State =
	| {readonly status: 'new'}
	| {readonly status: 'running'; readonly loop: WorkerLoop; readonly ended: Promise<void>}
	| {readonly status: 'closed'};

/**
 * Reads Kafka topics and emits what its handler makes of each record exactly once, whatever happens to the worker, to ZooKeeper or to Kafka. The workers of a group share
 * the partitions: who owns which is settled by locks in ZooKeeper, what was committed is told by the sink, and by ZooKeeper for people and tools.
 *
 * Status: stable.
 *
 * Error handling: lost connections, ended sessions and failed transactions are recovered from. A handler that keeps throwing, or a position that cannot be trusted, halts
 * its lane with a `lane` event; the others go on. `run` rejects only with what trying again cannot mend: `ForeignCarrierError`, `KafkaRefusedError`, `ClientClosedError`.
 *
 * ```ts
 * await using consumer = new ExactlyOnceConsumer(client, {clientId: 'billing', brokers}, {
 *   groupId: 'billing', topics: ['orders'], start: 'earliest', sink: kafkaSink(),
 *   eachMessage: async ({message, emit}) => {
 *     emit({topic: 'invoices', key: message.key, value: render(message.value)});
 *   },
 * });
 * await consumer.run({signal});
 * ```
 */
export class ExactlyOnceConsumer implements Subscribable<ConsumerEvents>, AsyncDisposable {
	readonly workerId: string;
	readonly #client: Client;
	readonly #kafka: KafkaOptions;
	readonly #options: ResolvedConsumerOptions;
	readonly #emitter = new Emitter<ConsumerEvents>();
	readonly #paused = new PausedLanes();
	#bounds: CommitBounds & LoadBounds;
	#state: State = {status: 'new'};
	#closing: Promise<void> | undefined;

	/**
	 * @param kafka what kafkajs's `Kafka` takes, and `compressionCodecs`
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, kafka: KafkaOptions, options: ExactlyOnceConsumerOptions) {
		this.#client = client;
		this.#kafka = kafka;
		this.#options = resolveConsumerOptions(options);
		this.#bounds = this.#options.bounds;
		this.workerId = this.#options.workerId;
	}

	/**
	 * Consumes until `close` or the signal, which both hand the lanes over first; resolves then.
	 *
	 * @throws ConsumerStateError when it was called before
	 */
	async run({signal}: Cancellable = {}): Promise<void> {
		if (this.#state.status !== 'new')
			throw new ConsumerStateError(`the consumer "${this.workerId}" is ${this.#state.status}: make a new one`);
		if (signal?.aborted) {
			this.#state = {status: 'closed'};
			return;
		}
		const loop = new WorkerLoop(
			createWorkerRoom(this.#client, this.#kafka, this.#options, {
				bounds: () => this.#bounds,
				isPaused: lane => this.#paused.has(lane),
				pause: ({topic, partition}) => {
					this.pause([{topic, partitions: [partition]}]);
					return () => this.resume([{topic, partitions: [partition]}]);
				},
				tell: (event, ...args) => this.#emitter.emit(event, ...args),
			}),
		);
		const ended = loop.run();
		this.#state = {status: 'running', loop, ended};
		using _ = signal ? addAbortListener(signal, () => void this.close()) : undefined;
		try {
			await ended;
			await this.#closing;
		} finally {
			this.#state = {status: 'closed'};
		}
	}

	/** Stops taking records, commits what is finished, hands the lanes over and ends `run`, within `closeTimeout`. Idempotent; never rejects. */
	close(): Promise<void> {
		return (this.#closing ??= this.#close());
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** As kafkajs's: the lanes stay this worker's, but none of their records is begun. Without `partitions`, the whole topic, whoever owns it later in this process. */
	pause(topics: readonly TopicPartitions[]): void {
		for (const lane of this.#affected(topics, () => this.#paused.add(topics))) this.#worker?.lane(lane)?.pause();
	}

	/** Takes `pause` back. A halted lane tries again. */
	resume(topics: readonly TopicPartitions[]): void {
		for (const lane of this.#affected(topics, () => this.#paused.delete(topics))) this.#worker?.resume(lane);
	}

	/** Changes bounds while the consumer runs; what is not given stays. @throws InvalidArgumentError */
	configure(settings: ConsumerSettings): void {
		this.#bounds = resolveSettings(settings, this.#bounds);
	}

	/** Of the lanes that this worker is processing. */
	lag(): readonly LaneLag[] {
		return [...(this.#worker?.lanes ?? [])].flatMap(({lane, process}) => {
			if (!process) return [];
			const {progress, highWatermark} = process;
			const {committed} = progress;
			const lag = highWatermark > committed ? highWatermark - committed : 0n;
			return [{...lane, committed, highWatermark, lag}];
		});
	}

	/** The lanes that this worker has, or waits for. */
	lanes(): readonly (TopicPartition & {readonly state: LaneState})[] {
		return [...(this.#worker?.lanes ?? [])].map(({lane, state}) => ({...lane, state}));
	}

	on<Name extends keyof ConsumerEvents>(event: Name, listener: Listener<ConsumerEvents[Name]>): this {
		this.#emitter.on(event, listener);
		return this;
	}

	once<Name extends keyof ConsumerEvents>(event: Name, listener: Listener<ConsumerEvents[Name]>): this {
		this.#emitter.once(event, listener);
		return this;
	}

	off<Name extends keyof ConsumerEvents>(event: Name, listener: Listener<ConsumerEvents[Name]>): this {
		this.#emitter.off(event, listener);
		return this;
	}

	removeListener<Name extends keyof ConsumerEvents>(event: Name, listener: Listener<ConsumerEvents[Name]>): this {
		return this.off(event, listener);
	}

	listenerCount(event: keyof ConsumerEvents): number {
		return this.#emitter.listenerCount(event);
	}

	get #worker(): WorkerLoop['worker'] {
		return this.#state.status === 'running' ? this.#state.loop.worker : undefined;
	}

	#affected(topics: readonly TopicPartitions[], change: () => void): readonly TopicPartition[] {
		change();
		return this.lanes().filter(({topic, partition}) =>
			topics.some(each => each.topic === topic && (each.partitions?.includes(partition) ?? true)),
		);
	}

	async #close(): Promise<void> {
		const state = this.#state;
		if (state.status === 'new') this.#state = {status: 'closed'};
		if (state.status !== 'running') return;
		await state.loop.close(this.#options.closeTimeout);
		// Its failure is `run`'s to tell.
		await state.ended.catch(() => undefined);
	}
}
