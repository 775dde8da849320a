import type {Kafka} from 'kafkajs';
import {byTopic} from '../by-topic.ts';
import {answerCode, isElsewhere, isFenced, isNotNow, isTransient} from '../kafkajs/broker-answer.ts';
import {type Broker, type Cluster, createCluster, dropCluster, type ProducerIdentity} from '../kafkajs/cluster.ts';
import {attempting, patiently} from '../kafkajs/patience.ts';
import {FencedError, UnknownOutcomeError} from '../kafka-error.ts';
import type {TopicPartition} from '../topic-partition.ts';
import type {PartitionBatches} from './record-batches.ts';

const coordinatorTypes = {group: 0, transaction: 1} as const;
/** INVALID_PRODUCER_EPOCH: two initialise at once; who comes again wins. */
const epochRace = 47;
const initPatience = 30_000;

export type ProducerOptions = {
	readonly transactionalId: string;
	/** The group whose offsets travel in the transactions. */
	readonly groupId: string;
	/** Milliseconds after which the coordinator itself aborts a transaction; also the longest that a commit is tried. */
	readonly transactionTimeout: number;
	/** A number of kafkajs's `CompressionTypes`. */
	readonly compression: number;
};

export type CommittedOffset = TopicPartition & {readonly offset: string; readonly metadata: string};

/**
 * One epoch of a transactional id. The requests are kafkajs's and go over its connections, but their order and repetition are ours (driver rules R1-R8): kafkajs's
 * producer looks up coordinators four times a transaction, waits 300 ms where 2 suffice, cannot repeat EndTxn, and its retries duplicate and lose records.
 *
 * After the first failure it is of no more use: whatever it left behind is decided by the next `init` of the same id, whose epoch also refuses its late requests.
 */
export class TransactionalProducer {
	readonly #cluster: Cluster;
	readonly #options: ProducerOptions;
	readonly #identity: ProducerIdentity;
	/** By `topic/partition`. */
	readonly #sequences = new Map<string, number>();
	readonly #coordinators = new Map<keyof typeof coordinatorTypes, Broker>();

	private constructor(cluster: Cluster, options: ProducerOptions, identity: ProducerIdentity) {
		this.#cluster = cluster;
		this.#options = options;
		this.#identity = identity;
	}

	/**
	 * InitProducerId: decides the transaction that the id has open and takes the id over. Harmless to repeat.
	 *
	 * @throws {KafkaUnavailableError, KafkaRefusedError, AbortedError}
	 */
	static async init(kafka: Kafka, options: ProducerOptions, signal?: AbortSignal): Promise<TransactionalProducer> {
		const {transactionalId, transactionTimeout} = options;
		const what = `initialising the producer "${transactionalId}"`;
		const cluster = createCluster(kafka);
		let attempt: Promise<unknown> = Promise.resolve();
		try {
			const identity = await attempting(
				what,
				async () => {
					const connected = cluster.connect();
					attempt = connected;
					await connected;
					signal?.throwIfAborted();
					await cluster.refreshMetadata();
					const groupId = transactionalId;
					const coordinator = await cluster.findGroupCoordinator({
						groupId,
						coordinatorType: coordinatorTypes.transaction,
					});
					return coordinator.initProducerId({transactionalId, transactionTimeout});
				},
				{isPassing: error => isTransient(error) || answerCode(error) === epochRace, patience: initPatience, signal},
			);
			return new TransactionalProducer(cluster, options, identity);
		} catch (error) {
			// An aborted attempt may just be dialling: what it gets is closed too.
			const drop = async (): Promise<void> => dropCluster(cluster, new Error(`${what} failed`)).catch(() => undefined);
			void attempt.then(drop, drop);
			await drop();
			throw error;
		}
	}

	/**
	 * One transaction: offsets first (safe to repeat, and opens it), then the records, then EndTxn.
	 *
	 * @throws {FencedError, UnknownOutcomeError}
	 */
	async commit(offsets: readonly CommittedOffset[], outputs: readonly PartitionBatches[]): Promise<void> {
		const {groupId, transactionalId} = this.#options;
		const transaction = {transactionalId, ...this.#identity};
		try {
			await this.#atCoordinator('transaction', transactionalId, at => at.addOffsetsToTxn({...transaction, groupId}));
			const topics = [...byTopic(offsets)].map(([topic, partitions]) => ({topic, partitions}));
			const parts = await Promise.allSettled([
				this.#atCoordinator('group', groupId, at => at.txnOffsetCommit({...transaction, groupId, topics})),
				this.#produce(outputs),
			]);
			for (const part of parts) if (part.status === 'rejected') throw part.reason;
			await this.#atCoordinator('transaction', transactionalId, at =>
				at.endTxn({...transaction, transactionResult: true}),
			);
		} catch (error) {
			if (isFenced(error)) throw new FencedError(transactionalId, {cause: error});
			throw new UnknownOutcomeError(
				`a commit of "${transactionalId}" failed: ${error instanceof Error ? error.message : String(error)}`,
				{cause: error},
			);
		}
	}

	/** Closes the connections at once. Never rejects. */
	async discard(): Promise<void> {
		await dropCluster(this.#cluster, new Error(`the producer "${this.#options.transactionalId}" was closed`)).catch(
			() => undefined,
		);
	}

	/** The coordinator is remembered; one that answers that it is not, or not yet, has not carried the request out, so it is sent again. */
	async #atCoordinator(
		type: keyof typeof coordinatorTypes,
		id: string,
		send: (coordinator: Broker) => Promise<unknown>,
	): Promise<void> {
		await patiently(
			async () => {
				let coordinator = this.#coordinators.get(type);
				if (!coordinator) {
					coordinator = await this.#cluster.findGroupCoordinator({
						groupId: id,
						coordinatorType: coordinatorTypes[type],
					});
					this.#coordinators.set(type, coordinator);
				}
				try {
					await send(coordinator);
				} catch (error) {
					if (isElsewhere(error)) this.#coordinators.delete(type);
					throw error;
				}
			},
			{isPassing: isNotNow, patience: this.#options.transactionTimeout},
		);
	}

	/** All leaders at once, one record batch per partition and request. */
	async #produce(outputs: readonly PartitionBatches[]): Promise<void> {
		if (outputs.length === 0) return;
		const {transactionalId} = this.#options;
		const topics = [...byTopic(outputs)];
		await this.#cluster.addMultipleTargetTopics(topics.map(([topic]) => topic));
		await this.#atCoordinator('transaction', transactionalId, at =>
			at.addPartitionsToTxn({
				transactionalId,
				...this.#identity,
				topics: topics.map(([topic, all]) => ({topic, partitions: all.map(({partition}) => partition)})),
			}),
		);
		const byLeader = new Map<number, PartitionBatches[]>();
		for (const output of outputs) {
			const leader = this.#leaderOf(output);
			const led = byLeader.get(leader);
			if (led) led.push(output);
			else byLeader.set(leader, [output]);
		}
		const sent = await Promise.allSettled([...byLeader].map(([leader, led]) => this.#produceAt(leader, led)));
		for (const part of sent) if (part.status === 'rejected') throw part.reason;
	}

	#leaderOf({topic, partition}: TopicPartition): number {
		const found = this.#cluster.findTopicPartitionMetadata(topic).find(({partitionId}) => partitionId === partition);
		if (!found) throw new Error(`the partition ${topic}/${partition} is not there`);
		return found.leader;
	}

	async #produceAt(leader: number, outputs: readonly PartitionBatches[]): Promise<void> {
		const broker = await this.#cluster.findBroker({nodeId: leader});
		const {transactionalId, transactionTimeout, compression} = this.#options;
		const rounds = Math.max(...outputs.map(({batches}) => batches.length));
		for (let round = 0; round < rounds; round++) {
			const due = outputs.flatMap(({topic, partition, batches}) => {
				const messages = batches[round];
				if (!messages) return [];
				return [{topic, partition, messages, firstSequence: this.#sequence(topic, partition, messages.length)}];
			});
			await broker.produce({
				transactionalId,
				...this.#identity,
				acks: -1,
				timeout: transactionTimeout,
				compression,
				topicData: [...byTopic(due)].map(([topic, partitions]) => ({topic, partitions})),
			});
		}
	}

	#sequence(topic: string, partition: number, records: number): number {
		const key = `${topic}/${partition}`;
		const first = this.#sequences.get(key) ?? 0;
		// The broker goes on with 0 after 2^31 - 1 (`DefaultRecordBatch.incrementSequence`).
		this.#sequences.set(key, (first + records) % 2 ** 31);
		return first;
	}
}
