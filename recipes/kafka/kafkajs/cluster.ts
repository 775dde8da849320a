import type {Kafka} from 'kafkajs';
import {KafkajsMismatchError} from '../kafka-error.ts';
import {Attempts} from './attempts.ts';

/** What a producer is known by to the broker. */
export type ProducerIdentity = {readonly producerId: string; readonly producerEpoch: number};

type Transaction = ProducerIdentity & {readonly transactionalId: string};

type OffsetTopic<P> = {readonly topic: string; readonly partitions: readonly P[]};

/** A message as kafkajs encodes it. */
export type ProducedMessage = {
	readonly key: Buffer | null;
	readonly value: Buffer | null;
	readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>> | undefined;
	readonly timestamp?: string | undefined;
};

/** One topic's part of a Produce request. */
export type ProducedTopic = OffsetTopic<{
	readonly partition: number;
	readonly firstSequence: number;
	readonly messages: readonly ProducedMessage[];
}>;

/** A request that kafkajs does not know, carried over its connection all the same. `encode` returns kafkajs's own `Encoder`. */
export type CustomRequest<Decoded> = {
	readonly request: {
		readonly apiKey: number;
		readonly apiVersion: number;
		readonly apiName: string;
		readonly encode: () => Promise<unknown>;
	};
	readonly response: {
		readonly decode: (payload: Buffer) => Promise<Decoded>;
		readonly parse: (decoded: Decoded) => Promise<Decoded>;
	};
};

/** kafkajs's `Broker`, as far as it is used here: each call is one request, without any retry. */
export type Broker = {
	readonly nodeId: number;
	readonly versions: Readonly<Record<number, {readonly minVersion: number; readonly maxVersion: number} | undefined>>;
	readonly connectionPool: {
		send<Decoded>(request: CustomRequest<Decoded>): Promise<Decoded>;
		readonly pool: readonly {rejectRequests(error: Error): void; disconnect(): Promise<unknown>}[];
	};
	initProducerId(request: {
		readonly transactionalId: string;
		readonly transactionTimeout: number;
	}): Promise<ProducerIdentity>;
	addOffsetsToTxn(request: Transaction & {readonly groupId: string}): Promise<unknown>;
	addPartitionsToTxn(request: Transaction & {readonly topics: readonly OffsetTopic<number>[]}): Promise<unknown>;
	txnOffsetCommit(
		request: Transaction & {
			readonly groupId: string;
			readonly topics: readonly OffsetTopic<{
				readonly partition: number;
				readonly offset: string;
				readonly metadata: string;
			}>[];
		},
	): Promise<unknown>;
	produce(
		request: Transaction & {
			readonly acks: -1;
			readonly timeout: number;
			readonly compression: number;
			readonly topicData: readonly ProducedTopic[];
		},
	): Promise<unknown>;
	describeConfigs(request: {
		readonly resources: readonly {readonly type: 2; readonly name: string; readonly configNames: readonly string[]}[];
	}): Promise<{
		readonly resources: readonly {
			readonly resourceName: string;
			readonly configEntries: readonly {readonly configName: string; readonly configValue: string | null}[];
		}[];
	}>;
	endTxn(request: Transaction & {readonly transactionResult: boolean}): Promise<unknown>;
	describeGroups(request: {readonly groupIds: readonly string[]}): Promise<{
		readonly groups: readonly {
			readonly errorCode: number;
			readonly groupId: string;
			readonly members: readonly {readonly clientId: string; readonly clientHost: string}[];
		}[];
	}>;
};

export type TopicMetadata = {
	readonly topicErrorCode: number;
	readonly topic: string;
	readonly isInternal?: boolean;
	readonly partitionMetadata: readonly {readonly partitionId: number; readonly leader: number}[];
};

/** kafkajs's `Cluster`: the connections of one client to all brokers, and what it knows of them. */
export type Cluster = {
	readonly brokerPool: {readonly seedBroker?: Broker; readonly brokers: Readonly<Record<string, Broker>>};
	connect(): Promise<void>;
	disconnect(): Promise<void>;
	refreshMetadata(): Promise<void>;
	addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
	findTopicPartitionMetadata(topic: string): TopicMetadata['partitionMetadata'];
	findBroker(node: {readonly nodeId: number}): Promise<Broker>;
	findGroupCoordinator(options: {readonly groupId: string; readonly coordinatorType: 0 | 1}): Promise<Broker>;
	/** Of all topics when none are named. `null` when every broker failed. */
	metadata(options: {
		readonly topics: readonly string[];
	}): Promise<{readonly topicMetadata: readonly TopicMetadata[]} | null>;
};

type CreateCluster = (options: {readonly allowAutoTopicCreation: boolean; readonly metadataMaxAge: number}) => Cluster;

const metadataMaxAge = 300_000;

/** @returns connections of their own, with the client's settings: what kafkajs makes for each producer and consumer */
export function createCluster(kafka: Kafka): Cluster {
	const key = Object.getOwnPropertySymbols(kafka).find(
		({description}) => description === 'private:Kafka:createCluster',
	);
	const create = key && (kafka as unknown as Record<symbol, unknown>)[key];
	if (typeof create !== 'function') throw new KafkajsMismatchError('this `Kafka` is not one of kafkajs 2.2.4');
	const cluster = (create as CreateCluster)({allowAutoTopicCreation: false, metadataMaxAge});
	attempts.set(cluster, watched(cluster));
	return cluster;
}

/** What each cluster may be dialling for. */
const attempts = new WeakMap<Cluster, Attempts>();

/** Notes the calls that dial. */
function watched(cluster: Cluster): Attempts {
	const noted = new Attempts();
	const connect = cluster.connect.bind(cluster);
	const refreshMetadata = cluster.refreshMetadata.bind(cluster);
	const findBroker = cluster.findBroker.bind(cluster);
	const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
	cluster.connect = () => noted.run(connect);
	cluster.refreshMetadata = () => noted.run(refreshMetadata);
	cluster.findBroker = node => noted.run(() => findBroker(node));
	cluster.findGroupCoordinator = options => noted.run(() => findGroupCoordinator(options));
	return noted;
}

/** Closes the connections at once: requests that are under way reject instead of being waited for, as `disconnect` would. */
export async function dropCluster(cluster: Cluster, reason: Error): Promise<void> {
	const {seedBroker, brokers} = cluster.brokerPool;
	for (const broker of new Set([...(seedBroker ? [seedBroker] : []), ...Object.values(brokers)])) {
		for (const connection of broker.connectionPool.pool) connection.rejectRequests(reason);
	}
	void attempts
		.get(cluster)
		?.settled()
		.then(() => cluster.disconnect())
		.catch(() => undefined);
	await cluster.disconnect();
}
