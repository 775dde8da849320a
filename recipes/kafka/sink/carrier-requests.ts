import {UnsupportedError} from '../../../lib/index.ts';
import {byTopic} from '../by-topic.ts';
import type {Broker, CustomRequest} from '../kafkajs/cluster.ts';
import {type Decoder, privateKafkajs} from '../kafkajs/kafka.ts';
import type {TopicPartition} from '../topic-partition.ts';

const offsetFetch = 9;
/** The first with `require_stable` (KIP-447): offsets of a transaction that is being completed answer 88 instead of what was before. */
const stableVersion = 7;
const leaderEpochSize = 4;
const consumerGroupDescribe = 69;
const epochsSize = 8;
/** The coordinator is loading the group, or is another by now. */
const notYet: ReadonlySet<number> = new Set([14, 15, 16]);

export type FetchedTopic = {
	readonly topic: string;
	readonly partitions: readonly {
		readonly partition: number;
		readonly offset: string;
		readonly metadata: string | null;
		readonly errorCode: number;
	}[];
};

type FetchedOffsets = {
	readonly clientSideThrottleTime: number;
	readonly topics: readonly FetchedTopic[];
	readonly errorCode: number;
};

/** @throws {UnsupportedError} before Kafka 2.5 */
export async function stableOffsets(
	coordinator: Broker,
	groupId: string,
	lanes: readonly TopicPartition[],
): Promise<readonly FetchedTopic[]> {
	if ((coordinator.versions[offsetFetch]?.maxVersion ?? 0) < stableVersion) {
		throw new UnsupportedError('exactly-once needs brokers of Kafka 2.5 or later: OffsetFetch 7 with require_stable');
	}
	const {topics} = await coordinator.connectionPool.send(stableOffsetFetch(groupId, lanes));
	return topics;
}

/** OffsetFetch 7, a "flexible" version: compact strings and arrays (length + 1 as an unsigned varint), tagged fields after each structure, and after the header. */
function stableOffsetFetch(groupId: string, lanes: readonly TopicPartition[]): CustomRequest<FetchedOffsets> {
	const topics = byTopic(lanes);
	return {
		request: {
			apiKey: offsetFetch,
			apiVersion: stableVersion,
			apiName: 'OffsetFetch',
			async encode() {
				const encoder = new (privateKafkajs().Encoder)().writeUVarInt(0).writeUVarIntString(groupId);
				encoder.writeUVarInt(topics.size + 1);
				for (const [topic, partitions] of topics) {
					encoder.writeUVarIntString(topic).writeUVarInt(partitions.length + 1);
					for (const {partition} of partitions) encoder.writeInt32(partition);
					encoder.writeUVarInt(0);
				}
				return encoder.writeBoolean(true).writeUVarInt(0);
			},
		},
		response: {decode: decodeOffsets, parse: failOnError},
	};
}

function decodeArray<T>(decoder: Decoder, element: () => T): T[] {
	return Array.from({length: Math.max(0, decoder.readUVarInt() - 1)}, element);
}

function skipTags(decoder: Decoder): void {
	for (let tags = decoder.readUVarInt(); tags > 0; tags--) {
		decoder.readUVarInt();
		decoder.forward(decoder.readUVarInt());
	}
}

async function decodeOffsets(payload: Buffer): Promise<FetchedOffsets> {
	const decoder = new (privateKafkajs().Decoder)(payload);
	skipTags(decoder);
	const clientSideThrottleTime = decoder.readInt32();
	const topics = decodeArray(decoder, () => {
		const topic = decoder.readUVarIntString() ?? '';
		const partitions = decodeArray(decoder, () => {
			const partition = decoder.readInt32();
			const offset = decoder.readInt64().toString();
			decoder.forward(leaderEpochSize);
			const metadata = decoder.readUVarIntString();
			const errorCode = decoder.readInt16();
			skipTags(decoder);
			return {partition, offset, metadata, errorCode};
		});
		skipTags(decoder);
		return {topic, partitions};
	});
	return {clientSideThrottleTime, topics, errorCode: decoder.readInt16()};
}

async function failOnError(offsets: FetchedOffsets): Promise<FetchedOffsets> {
	const codes = offsets.topics.flatMap(({partitions}) => partitions.map(({errorCode}) => errorCode));
	const failure = [offsets.errorCode, ...codes].find(code => code !== 0);
	if (failure !== undefined) throw privateKafkajs().errorFromCode(failure);
	return offsets;
}

/** The members that joined by the protocol of KIP-848, which DescribeGroups does not see. Brokers that know no such protocol have none. */
export async function countConsumers(coordinator: Broker, groupId: string): Promise<number> {
	if (!coordinator.versions[consumerGroupDescribe]) return 0;
	const {members} = await coordinator.connectionPool.send(describeConsumers(groupId));
	return members;
}

type DescribedConsumers = {readonly clientSideThrottleTime: number; readonly members: number};

/** ConsumerGroupDescribe 0, flexible as well. A group that is not of this protocol answers 69 GROUP_ID_NOT_FOUND, with no members. */
function describeConsumers(groupId: string): CustomRequest<DescribedConsumers> {
	return {
		request: {
			apiKey: consumerGroupDescribe,
			apiVersion: 0,
			apiName: 'ConsumerGroupDescribe',
			async encode() {
				const encoder = new (privateKafkajs().Encoder)();
				return encoder.writeUVarInt(0).writeUVarInt(2).writeUVarIntString(groupId).writeBoolean(false).writeUVarInt(0);
			},
		},
		response: {
			async decode(payload) {
				const decoder = new (privateKafkajs().Decoder)(payload);
				skipTags(decoder);
				const clientSideThrottleTime = decoder.readInt32();
				const groups = decoder.readUVarInt() - 1;
				if (groups < 1) return {clientSideThrottleTime, members: 0};
				const errorCode = decoder.readInt16();
				if (notYet.has(errorCode)) throw privateKafkajs().errorFromCode(errorCode);
				// Error message, id, state; then two epochs and the assignor's name.
				for (let strings = 0; strings < 3; strings++) decoder.readUVarIntString();
				decoder.forward(epochsSize);
				decoder.readUVarIntString();
				return {clientSideThrottleTime, members: Math.max(0, decoder.readUVarInt() - 1)};
			},
			parse: async described => described,
		},
	};
}
