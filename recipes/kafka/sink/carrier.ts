import {UnsupportedError} from '../../../lib/index.ts';
import {byTopic} from '../by-topic.ts';
import {ForeignCarrierError} from '../kafka-error.ts';
import type {Broker, Cluster, CustomRequest, FetchedOffset} from '../kafkajs/cluster.ts';
import {isTransient} from '../kafkajs/broker-answer.ts';
import {type Decoder, privateKafkajs} from '../kafkajs/kafka.ts';
import {attempting} from '../kafkajs/patience.ts';
import {laneKey, type TopicPartition} from '../topic-partition.ts';
import type {CarrierPosition} from './sink.ts';

const groupCoordinator = 0;
const offsetFetch = 9;
/** The first with `require_stable` (KIP-447): offsets of a transaction that is being completed answer 88 instead of what was before. */
const stableVersion = 7;
const leaderEpochSize = 4;
const patience = 30_000;

type Position = Pick<CarrierPosition, 'epoch' | 'seq'>;

/** What a commit of ours carries beside the offset, so that another's is known. */
export function carrierMetadata(fleet: string, {epoch, seq}: Position): string {
	return JSON.stringify({fleet, epoch: Number(epoch), seq: Number(seq)});
}

/** @returns `undefined` when it is not of this fleet */
function readMetadata(text: string | null, fleet: string): Position | undefined {
	try {
		const read = JSON.parse(text ?? '') as {readonly fleet?: unknown; readonly epoch?: unknown; readonly seq?: unknown};
		if (read.fleet !== fleet || !Number.isSafeInteger(read.epoch) || !Number.isSafeInteger(read.seq)) return undefined;
		return {epoch: BigInt(read.epoch as number), seq: BigInt(read.seq as number)};
	} catch {
		return undefined;
	}
}

/**
 * The consumer group without members whose committed offsets travel in the same transactions as the outputs (`exactly-once` carrier): what it says is how far a lane got.
 */
export class Carrier {
	readonly #cluster: Cluster;
	readonly #groupId: string;
	readonly #fleet: string;

	constructor(cluster: Cluster, {groupId, fleet}: {readonly groupId: string; readonly fleet: string}) {
		this.#cluster = cluster;
		this.#groupId = groupId;
		this.#fleet = fleet;
	}

	/**
	 * How far each lane got; one OffsetFetch for all. To be called after the last writer was fenced or left in order.
	 *
	 * @throws {ForeignCarrierError} when an offset was committed by somebody else
	 * @throws {UnsupportedError} when the broker cannot tell a stable offset from one about to change (before Kafka 2.5): a position read there may be out of date
	 * @throws {KafkaUnavailableError, KafkaRefusedError, AbortedError}
	 */
	async positions(
		lanes: readonly TopicPartition[],
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<string, CarrierPosition>> {
		const positions = new Map<string, CarrierPosition>();
		if (lanes.length === 0) return positions;
		for (const {topic, partitions} of await this.#ask('reading the positions', signal, coordinator =>
			stableOffsets(coordinator, this.#groupId, lanes),
		)) {
			for (const {partition, offset, metadata} of partitions) {
				if (BigInt(offset) < 0n) continue;
				const position = readMetadata(metadata, this.#fleet);
				const lane = laneKey({topic, partition});
				if (!position) {
					throw new ForeignCarrierError(
						this.#groupId,
						`the offset ${offset} of ${lane} was committed by somebody else`,
					);
				}
				positions.set(lane, {next: BigInt(offset), ...position});
			}
		}
		return positions;
	}

	/** @throws {ForeignCarrierError} when consumers are members of the group: they would commit over ours */
	async checkMembers(signal: AbortSignal | undefined): Promise<void> {
		const {groups} = await this.#ask('describing', signal, coordinator =>
			coordinator.describeGroups({groupIds: [this.#groupId]}),
		);
		const members = groups.flatMap(group => group.members);
		if (members.length === 0) return;
		const named = members.map(({clientId, clientHost}) => `${clientId} at ${clientHost}`);
		throw new ForeignCarrierError(this.#groupId, `it has members: ${named.join(', ')}`);
	}

	#ask<T>(what: string, signal: AbortSignal | undefined, ask: (coordinator: Broker) => Promise<T>): Promise<T> {
		return attempting(
			`${what} of the group "${this.#groupId}"`,
			async () => {
				await this.#cluster.connect();
				await this.#cluster.refreshMetadata();
				return ask(
					await this.#cluster.findGroupCoordinator({groupId: this.#groupId, coordinatorType: groupCoordinator}),
				);
			},
			{isPassing: isTransient, patience, signal},
		);
	}
}

type FetchedTopic = {readonly topic: string; readonly partitions: readonly FetchedOffset[]};
type FetchedOffsets = {
	readonly clientSideThrottleTime: number;
	readonly topics: readonly FetchedTopic[];
	readonly errorCode: number;
};

async function stableOffsets(
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
