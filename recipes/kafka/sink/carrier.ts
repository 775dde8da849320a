import {ForeignCarrierError} from '../kafka-error.ts';
import type {Broker, Cluster} from '../kafkajs/cluster.ts';
import {isTransient} from '../kafkajs/broker-answer.ts';
import {attempting} from '../kafkajs/patience.ts';
import {laneKey, type TopicPartition} from '../topic-partition.ts';
import {countConsumers, stableOffsets} from './carrier-requests.ts';
import type {CarrierPosition, SinkContext} from './sink.ts';

const groupCoordinator = 0;
const patience = 30_000;

type Position = Pick<CarrierPosition, 'epoch' | 'seq'>;

/** What a commit of ours carries beside the offset, so that another's is known. */
export function carrierMetadata(fleet: string, {epoch, seq}: Position): string {
	return JSON.stringify({fleet, epoch: Number(epoch), seq: Number(seq)});
}

/** @returns `undefined` when it is not of this fleet, or, with `adopts`, of none */
function readMetadata(text: string | null, fleet: string, adopts: boolean): Position | undefined {
	try {
		const read = JSON.parse(text ?? '') as {readonly fleet?: unknown; readonly epoch?: unknown; readonly seq?: unknown};
		const isOurs = adopts ? typeof read.fleet === 'string' : read.fleet === fleet;
		if (!isOurs || !Number.isSafeInteger(read.epoch) || !Number.isSafeInteger(read.seq)) return undefined;
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
	readonly #adopts: boolean;

	constructor(cluster: Cluster, {groupId, fleet, adopts = false}: Pick<SinkContext, 'groupId' | 'fleet' | 'adopts'>) {
		this.#cluster = cluster;
		this.#groupId = groupId;
		this.#fleet = fleet;
		this.#adopts = adopts;
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
				const position = readMetadata(metadata, this.#fleet, this.#adopts);
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
		const [{groups}, consumers] = await this.#ask('describing', signal, async coordinator =>
			Promise.all([
				coordinator.describeGroups({groupIds: [this.#groupId]}),
				countConsumers(coordinator, this.#groupId),
			]),
		);
		const named = groups.flatMap(({members}) =>
			members.map(({clientId, clientHost}) => `${clientId} at ${clientHost}`),
		);
		if (consumers > 0) named.push(`${consumers} of the protocol "consumer"`);
		if (named.length > 0) throw new ForeignCarrierError(this.#groupId, `it has members: ${named.join(', ')}`);
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
