import type {Admin, Kafka} from 'kafkajs';
import {byTopic} from '../by-topic.ts';
import {Attempts} from '../kafkajs/attempts.ts';
import {answerCode, isTransient} from '../kafkajs/broker-answer.ts';
import {attempting} from '../kafkajs/patience.ts';
import {laneKey, type TopicPartition} from '../topic-partition.ts';
import type {OffsetRange} from './feed.ts';

const patience = 30_000;
const unknownTopic = 3;
/** A broker may hear of a new topic later than the one that created it. */
const newsPatience = 2000;

/** What the broker knows of the input topics, asked anew each time. */
export class InputTopics {
	readonly #admin: Admin;
	readonly #topics: readonly string[];
	readonly #attempts = new Attempts();
	readonly #over = new AbortController();

	constructor(kafka: Kafka, topics: readonly string[]) {
		this.#admin = kafka.admin();
		this.#topics = topics;
	}

	/** @throws {KafkaUnavailableError, KafkaRefusedError, AbortedError}, the second for a topic that does not exist */
	async partitions(signal?: AbortSignal): Promise<readonly TopicPartition[]> {
		const {topics} = await this.#ask(
			`looking up the partitions of ${this.#topics.join(', ')}`,
			admin => admin.fetchTopicMetadata({topics: [...this.#topics]}),
			signal,
		);
		return topics.flatMap(({name, partitions}) =>
			partitions
				.map(({partitionId}) => ({topic: name, partition: partitionId}))
				.sort((a, b) => a.partition - b.partition),
		);
	}

	async ranges(lanes: readonly TopicPartition[]): Promise<ReadonlyMap<string, OffsetRange>> {
		return this.#ofLanes(
			lanes,
			'looking up the offset range',
			(admin, topic) => admin.fetchTopicOffsets(topic),
			({low, high}) => ({low: BigInt(low), high: BigInt(high)}),
		);
	}

	async offsetsAt(lanes: readonly TopicPartition[], timestamp: number): Promise<ReadonlyMap<string, bigint>> {
		return this.#ofLanes(
			lanes,
			`looking up the offsets at ${timestamp}`,
			(admin, topic) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp),
			({offset}) => BigInt(offset),
		);
	}

	/** Never rejects. */
	async deleteGroup(groupId: string): Promise<void> {
		await this.#admin.deleteGroups([groupId]).catch(() => undefined);
	}

	/** Whatever is asked is given up. Never rejects. */
	async close(): Promise<void> {
		this.#over.abort(new Error('the feed was stopped'));
		const disconnect = async (): Promise<void> => this.#admin.disconnect().catch(() => undefined);
		void this.#attempts.settled().then(disconnect);
		await disconnect();
	}

	async #ofLanes<Found extends {readonly partition: number}, Told>(
		lanes: readonly TopicPartition[],
		what: string,
		ask: (admin: Admin, topic: string) => Promise<readonly Found[]>,
		tell: (found: Found) => Told,
	): Promise<ReadonlyMap<string, Told>> {
		const told = new Map<string, Told>();
		const asked = [...byTopic(lanes)].map(async ([topic, wanted]) => {
			const partitions = new Set(wanted.map(({partition}) => partition));
			for (const found of await this.#ask(`${what} of ${topic}`, admin => ask(admin, topic))) {
				const lane = {topic, partition: found.partition};
				if (partitions.has(found.partition)) told.set(laneKey(lane), tell(found));
			}
		});
		await Promise.all(asked);
		return told;
	}

	async #ask<T>(what: string, ask: (admin: Admin) => Promise<T>, signal?: AbortSignal): Promise<T> {
		const heardBy = performance.now() + newsPatience;
		const isPassing = (error: unknown): boolean =>
			isTransient(error) && (answerCode(error) !== unknownTopic || performance.now() < heardBy);
		return attempting(
			what,
			() =>
				this.#attempts.run(async () => {
					await this.#admin.connect();
					return ask(this.#admin);
				}),
			{isPassing, patience, signal: signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal},
		);
	}
}
