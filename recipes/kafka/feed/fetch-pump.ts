import {setTimeout as sleep} from 'node:timers/promises';
import type {Batch, Consumer, Kafka, KafkaMessage} from 'kafkajs';
import {outOfRangeListeners} from '../kafkajs/mends.ts';
import type {TopicPartition} from '../topic-partition.ts';
import {assignEverything} from './assign-everything.ts';
import type {FeedBatch} from './feed.ts';

/** Milliseconds; a fetch that is under way takes `maxWaitTime`. */
const leavePatience = 2000;

export type PumpOptions = {
	/** A group of this pump alone. */
	readonly groupId: string;
	readonly topics: readonly string[];
	/** Milliseconds that a fetch waits for records; a resumed or moved lane waits as long at most. */
	readonly maxWaitTime: number;
	readonly maxBytesPerPartition: number;
};

/** Calls are synchronous and must not throw. */
export type PumpListener = {
	/** All positions and pauses are forgotten: everything is paused, nothing was fetched yet. */
	joined(assigned: Readonly<Record<string, readonly number[]>>): void;
	/** @returns whether it was taken; if not, its position is not gone on from */
	fetched(batch: FeedBatch): boolean;
	outOfRange(lane: TopicPartition): void;
	/** The pump is dead and has let go of everything. */
	ended(error: Error): void;
};

/** What kafkajs has but does not declare. */
type FetchedBatch = Batch & {
	/** The offset that was asked for. */
	readonly fetchedOffset: string;
	/** With control, aborted and compacted-batch records. */
	readonly rawMessages: readonly {
		readonly batchContext?: {readonly firstOffset: string; readonly lastOffsetDelta: number};
	}[];
};

/** As the Java client goes on: after the last record batch, even where compaction took its last records. */
function nextOffset(batch: FetchedBatch): bigint {
	const last = batch.rawMessages.at(-1)?.batchContext;
	return (last ? BigInt(last.firstOffset) + BigInt(last.lastOffsetDelta) : BigInt(batch.lastOffset())) + 1n;
}

/** One kafkajs consumer, which fetches what is not paused and hands it over at once (driver rules C1, C4). */
export class FetchPump {
	readonly groupId: string;
	readonly #consumer: Consumer;

	private constructor(consumer: Consumer, groupId: string) {
		this.#consumer = consumer;
		this.groupId = groupId;
	}

	/** Does not wait: `joined` or `ended` follows. */
	static start(kafka: Kafka, options: PumpOptions, listener: PumpListener): FetchPump {
		const {groupId} = options;
		const consumer = kafka.consumer({
			groupId,
			partitionAssigners: [assignEverything],
			maxWaitTimeInMs: options.maxWaitTime,
			maxBytesPerPartition: options.maxBytesPerPartition,
			allowAutoTopicCreation: false,
			// The owner makes a new one: kafkajs's own restart forgets positions and pauses.
			retry: {retries: 8, restartOnFailure: async () => false},
		});
		const pump = new FetchPump(consumer, groupId);
		outOfRangeListeners.set(groupId, lane => listener.outOfRange(lane));
		const end = (error: Error): void => {
			outOfRangeListeners.delete(groupId);
			listener.ended(error);
		};
		consumer.on(consumer.events.GROUP_JOIN, ({payload: {memberAssignment}}) => {
			consumer.pause(Object.entries(memberAssignment).map(([topic, partitions]) => ({topic, partitions})));
			listener.joined(memberAssignment);
		});
		consumer.on(consumer.events.CRASH, ({payload: {error}}) => end(error));
		pump.#run(options, listener).catch(async (error: Error) => {
			await pump.stop();
			end(error);
		});
		return pump;
	}

	async #run({topics}: PumpOptions, listener: PumpListener): Promise<void> {
		await this.#consumer.connect();
		await this.#consumer.subscribe({topics: [...topics], fromBeginning: true});
		await this.#consumer.run({
			autoCommit: false,
			eachBatchAutoResolve: false,
			async eachBatch(payload) {
				const {batch} = payload;
				const {topic, partition, messages, highWatermark} = batch;
				const next = nextOffset(batch as FetchedBatch);
				const taken = listener.fetched({
					topic,
					partition,
					messages: messages as KafkaMessage[],
					fetchedOffset: BigInt((batch as FetchedBatch).fetchedOffset),
					nextOffset: next,
					highWatermark: BigInt(highWatermark),
				});
				if (taken) payload.resolveOffset((next - 1n).toString());
			},
		});
	}

	seek({topic, partition}: TopicPartition, offset: bigint): void {
		this.#consumer.seek({topic, partition, offset: offset.toString()});
	}

	pause({topic, partition}: TopicPartition): void {
		this.#consumer.pause([{topic, partitions: [partition]}]);
	}

	resume({topic, partition}: TopicPartition): void {
		this.#consumer.resume([{topic, partitions: [partition]}]);
	}

	/**
	 * Leaves the group and closes the connections. Over a dead network, where kafkajs would wait for each request's timeout, it is given up after a while and ends by itself.
	 * Never rejects.
	 *
	 * @returns whether the group was left
	 */
	async stop(): Promise<boolean> {
		outOfRangeListeners.delete(this.groupId);
		const patience = new AbortController();
		const left = this.#consumer.disconnect().then(
			() => true,
			() => false,
		);
		const isLeft = await Promise.race([left, sleep(leavePatience, false, {signal: patience.signal})]);
		patience.abort();
		return isLeft;
	}
}
