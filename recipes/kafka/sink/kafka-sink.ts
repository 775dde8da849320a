import {AbortedError, InvalidArgumentError} from '../../../lib/index.ts';
import {UnknownOutcomeError} from '../kafka-error.ts';
import {type Cluster, createCluster, dropCluster} from '../kafkajs/cluster.ts';
import type {TopicPartition} from '../topic-partition.ts';
import {Carrier, carrierMetadata} from './carrier.ts';
import {OutputTopics} from './output-topics.ts';
import {Partitioner} from './partitioner.ts';
import {prepareRecord} from './prepare-record.ts';
import {recordBatches} from './record-batches.ts';
import type {CarrierPosition, EmitRecord, LaneCommit, OutputRecord, Sink, SinkContext, SinkFactory} from './sink.ts';
import {TransactionalProducer} from './transaction.ts';

export type KafkaSinkOptions = {
	/**
	 * The topics that records are emitted to: others are refused.
	 * @default all that the broker shows to this user, looked up at the start and every 5 minutes
	 */
	readonly topics?: readonly string[] | undefined;
	/**
	 * Milliseconds after which Kafka aborts a transaction whose worker is gone, 1000 to the broker's `transaction.max.timeout.ms`. Until then, or until another worker
	 * takes over, readers of the output topics wait.
	 * @default 15_000
	 */
	readonly transactionTimeout?: number | undefined;
	/** One of kafkajs's `CompressionTypes`. @default none */
	readonly compression?: number | undefined;
};

/**
 * Emits to Kafka topics in the same transactions that carry the lanes' positions: exactly once for readers at `read_committed`.
 *
 * @throws {InvalidArgumentError}
 */
export function kafkaSink(options: KafkaSinkOptions = {}): SinkFactory {
	const {topics, transactionTimeout = 15_000, compression = 0} = options;
	if (topics !== undefined && !(Array.isArray(topics) && topics.every(topic => typeof topic === 'string'))) {
		throw new InvalidArgumentError('options.topics', topics, 'an array of topic names');
	}
	if (!Number.isInteger(transactionTimeout) || transactionTimeout < 1000 || transactionTimeout >= 2 ** 31) {
		throw new InvalidArgumentError(
			'options.transactionTimeout',
			transactionTimeout,
			'an integer of 1000 to 2^31 - 1 ms',
		);
	}
	if (!Number.isInteger(compression) || compression < 0 || compression > 4) {
		throw new InvalidArgumentError('options.compression', compression, "one of kafkajs's `CompressionTypes`");
	}
	return {
		async open(context, {signal}) {
			const cluster = createCluster(context.kafka);
			const outputs = new OutputTopics(cluster, topics);
			try {
				await outputs.load(signal);
			} catch (error) {
				await dropCluster(cluster, new Error('opening the sink failed'));
				throw error;
			}
			return new KafkaSink(context, {cluster, outputs, transactionTimeout, compression});
		},
	};
}

type Parts = {
	/** For what is asked outside of transactions. */
	readonly cluster: Cluster;
	readonly outputs: OutputTopics;
	readonly transactionTimeout: number;
	readonly compression: number;
};

class KafkaSink implements Sink {
	readonly #context: SinkContext;
	readonly #parts: Parts;
	readonly #carrier: Carrier;
	readonly #partitioner = new Partitioner();
	/** The one whose epoch is valid, as far as we know; `undefined` before the first `initProducer` and after each failure. */
	#producer: TransactionalProducer | undefined;

	constructor(context: SinkContext, parts: Parts) {
		this.#context = context;
		this.#parts = parts;
		this.#carrier = new Carrier(parts.cluster, context);
	}

	async initProducer({signal}: {readonly signal?: AbortSignal | undefined}): Promise<void> {
		await this.#discard();
		this.#producer = await this.#init(this.#context.transactionalId, signal);
	}

	async fence(transactionalId: string, {signal}: {readonly signal?: AbortSignal | undefined}): Promise<void> {
		const thrownAway = await this.#init(transactionalId, signal);
		await thrownAway.discard();
	}

	async positions(
		lanes: readonly TopicPartition[],
		{signal}: {readonly signal?: AbortSignal | undefined},
	): Promise<ReadonlyMap<string, CarrierPosition>> {
		return this.#carrier.positions(lanes, signal);
	}

	async checkCarrier({signal}: {readonly signal?: AbortSignal | undefined}): Promise<void> {
		await this.#carrier.checkMembers(signal);
	}

	prepare(record: EmitRecord): OutputRecord {
		return prepareRecord(record, this.#parts.outputs, this.#partitioner);
	}

	async commit(lanes: readonly LaneCommit[]): Promise<void> {
		if (lanes.length === 0) return;
		const producer = this.#producer;
		if (!producer) throw new UnknownOutcomeError('a commit before `initProducer`: it has not happened');
		const {fleet} = this.#context;
		const {outputs} = this.#parts;
		try {
			await producer.commit(
				lanes.map(({topic, partition, next, epoch, seq}) => ({
					topic,
					partition,
					offset: next.toString(),
					metadata: carrierMetadata(fleet, {epoch, seq}),
				})),
				recordBatches(
					lanes.flatMap(lane => lane.outputs),
					topic => outputs.maxBatchBytes(topic),
				),
			);
		} catch (error) {
			await this.#discard();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.#discard();
		await dropCluster(this.#parts.cluster, new AbortedError('a request of the sink', 'the sink was closed'));
	}

	async #init(transactionalId: string, signal: AbortSignal | undefined): Promise<TransactionalProducer> {
		const {kafka, groupId} = this.#context;
		const {transactionTimeout, compression} = this.#parts;
		return TransactionalProducer.init(kafka, {transactionalId, groupId, transactionTimeout, compression}, signal);
	}

	async #discard(): Promise<void> {
		const producer = this.#producer;
		this.#producer = undefined;
		await producer?.discard();
	}
}
