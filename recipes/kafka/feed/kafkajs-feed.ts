import {randomBytes} from 'node:crypto';
import type {Kafka} from 'kafkajs';
import {AbortedError, unlessAborted} from '../../../lib/index.ts';
import {type Deferred, deferred} from '../../../lib/util/deferred.ts';
import {KafkaRefusedError} from '../kafka-error.ts';
import {isTransient} from '../kafkajs/broker-answer.ts';
import {laneKey, type TopicPartition} from '../topic-partition.ts';
import type {Feed, FeedBatch, FeedReceiver, OffsetRange} from './feed.ts';
import {FetchPump} from './fetch-pump.ts';
import {InputTopics} from './input-topics.ts';

export type KafkajsFeedOptions = {
	/** Of `createKafka`. */
	readonly kafka: Kafka;
	readonly groupId: string;
	readonly workerId: string;
	readonly topics: readonly string[];
	/** Milliseconds a fetch waits for records. @default 100 */
	readonly maxWaitTime?: number | undefined;
	/** @default 1_048_576 */
	readonly maxBytesPerPartition?: number | undefined;
};

/** One opened lane. A lane that is moved or opened again is another object, so that nothing late reaches it. */
type OpenLane = TopicPartition & {
	readonly receiver: FeedReceiver;
	/** The offset that comes next. */
	expected: bigint;
	paused: boolean;
};

type State =
	| {readonly type: 'stopped'}
	| {readonly type: 'joining'; readonly pump: FetchPump; readonly joined: Deferred<void>}
	| {readonly type: 'pumping'; readonly pump: FetchPump; readonly assigned: ReadonlySet<string>}
	/** The pump died; the next one starts after a pause. */
	| {readonly type: 'pausing'; readonly timer: NodeJS.Timeout; readonly joined: Deferred<void>};

const shortestPause = 50;
const longestPause = 2000;

/**
 * The feed over a kafkajs consumer that is alone in its group (`<groupId>.<workerId>.<nonce>`), so that its re-joins concern nobody. kafkajs forgets positions and pauses
 * at re-joins and crashes: both are kept here and told again (C2, C4, C5).
 */
export class KafkajsFeed implements Feed {
	readonly #options: KafkajsFeedOptions;
	readonly #topics: InputTopics;
	readonly #lanes = new Map<string, OpenLane>();
	#state: State = {type: 'stopped'};
	#pause = shortestPause;

	constructor(options: KafkajsFeedOptions) {
		this.#options = options;
		this.#topics = new InputTopics(options.kafka, options.topics);
	}

	async start({signal}: {readonly signal?: AbortSignal | undefined}): Promise<void> {
		await this.#topics.partitions(signal);
		const joined = deferred();
		this.#pump(joined);
		try {
			await unlessAborted(joined.promise, signal, 'starting the feed');
		} catch (error) {
			await this.stop();
			throw error;
		}
	}

	async partitions(): Promise<readonly TopicPartition[]> {
		return this.#topics.partitions();
	}

	async ranges(lanes: readonly TopicPartition[]): Promise<ReadonlyMap<string, OffsetRange>> {
		return this.#topics.ranges(lanes);
	}

	async offsetsAt(lanes: readonly TopicPartition[], timestamp: number): Promise<ReadonlyMap<string, bigint>> {
		return this.#topics.offsetsAt(lanes, timestamp);
	}

	open({topic, partition}: TopicPartition, offset: bigint, receiver: FeedReceiver): void {
		const lane: OpenLane = {topic, partition, receiver, expected: offset, paused: false};
		this.#lanes.set(laneKey(lane), lane);
		const state = this.#state;
		if (state.type !== 'pumping') return;
		// A partition that was added since: kafkajs would notice it in minutes.
		if (!state.assigned.has(laneKey(lane))) void this.#replacePump(state.pump);
		else this.#position(state.pump, lane);
	}

	close(lane: TopicPartition): void {
		this.#lanes.delete(laneKey(lane));
		if (this.#state.type === 'pumping') this.#state.pump.pause(lane);
	}

	pause({topic, partition}: TopicPartition): void {
		const lane = this.#lanes.get(laneKey({topic, partition}));
		if (!lane) return;
		lane.paused = true;
		if (this.#state.type === 'pumping') this.#state.pump.pause(lane);
	}

	resume({topic, partition}: TopicPartition): void {
		const lane = this.#lanes.get(laneKey({topic, partition}));
		if (!lane) return;
		lane.paused = false;
		if (this.#state.type === 'pumping') this.#state.pump.resume(lane);
	}

	async stop(): Promise<void> {
		const state = this.#state;
		this.#state = {type: 'stopped'};
		this.#lanes.clear();
		if (state.type === 'pausing') clearTimeout(state.timer);
		if ('joined' in state) state.joined.reject(new AbortedError('starting the feed', 'the feed was stopped'));
		if ('pump' in state) {
			await this.#retire(state.pump);
		}
		await this.#topics.close();
	}

	#pump(joined: Deferred<void>): void {
		const {kafka, groupId, workerId, topics, maxWaitTime = 100, maxBytesPerPartition = 1_048_576} = this.#options;
		joined.promise.catch(() => undefined);
		const nonce = randomBytes(6).toString('hex');
		const options = {groupId: `${groupId}.${workerId}.${nonce}`, topics, maxWaitTime, maxBytesPerPartition};
		const isCurrent = (): boolean => 'pump' in this.#state && this.#state.pump === pump;
		const pump: FetchPump = FetchPump.start(kafka, options, {
			joined: assigned => {
				if (isCurrent()) this.#onJoined(pump, assigned);
			},
			fetched: batch => isCurrent() && this.#onFetched(pump, batch),
			outOfRange: lane => {
				if (isCurrent()) void this.#onOutOfRange(lane);
			},
			ended: error => {
				if (isCurrent()) this.#onEnded(error);
			},
		});
		this.#state = {type: 'joining', pump, joined};
	}

	#onJoined(pump: FetchPump, assigned: Readonly<Record<string, readonly number[]>>): void {
		if (this.#state.type === 'joining') this.#state.joined.resolve();
		this.#pause = shortestPause;
		const keys = Object.entries(assigned).flatMap(([topic, partitions]) =>
			partitions.map(partition => laneKey({topic, partition})),
		);
		this.#state = {type: 'pumping', pump, assigned: new Set(keys)};
		for (const lane of this.#lanes.values()) this.#position(pump, lane);
	}

	#position(pump: FetchPump, lane: OpenLane): void {
		pump.seek(lane, lane.expected);
		if (lane.paused) pump.pause(lane);
		else pump.resume(lane);
	}

	/** Takes exactly what comes next; anything else was asked for before the lane was moved. */
	#onFetched(pump: FetchPump, batch: FeedBatch): boolean {
		const lane = this.#lanes.get(laneKey(batch));
		if (!lane) return false;
		if (batch.fetchedOffset !== lane.expected) {
			pump.seek(lane, lane.expected);
			return false;
		}
		lane.expected = batch.nextOffset;
		lane.receiver.batch(batch);
		return true;
	}

	/** What a follower or a new leader says for a moment is not a gap: only the range of the partition is. */
	async #onOutOfRange(where: TopicPartition): Promise<void> {
		const lane = this.#lanes.get(laneKey(where));
		if (!lane) return;
		const ranges = await this.#topics.ranges([lane]).catch(() => undefined);
		if (this.#lanes.get(laneKey(where)) !== lane) return;
		const range = ranges?.get(laneKey(lane));
		if (range && (lane.expected < range.low || lane.expected > range.high)) {
			this.#lanes.delete(laneKey(lane));
			lane.receiver.gap(lane.expected);
		} else if (this.#state.type === 'pumping') {
			this.#position(this.#state.pump, lane);
		}
	}

	#onEnded(error: Error): void {
		const {joined} = 'joined' in this.#state ? this.#state : {joined: deferred()};
		if (!isTransient(error)) {
			joined.reject(new KafkaRefusedError(`starting the feed: ${error.message}`, {cause: error}));
		}
		const timer = setTimeout(() => this.#pump(joined), this.#pause);
		this.#pause = Math.min(this.#pause * 2, longestPause);
		this.#state = {type: 'pausing', timer, joined};
	}

	async #replacePump(pump: FetchPump): Promise<void> {
		this.#pump(deferred());
		await this.#retire(pump);
	}

	/** A group that could not be left is forgotten by the broker when its member has timed out. */
	async #retire(pump: FetchPump): Promise<void> {
		if (await pump.stop()) await this.#topics.deleteGroup(pump.groupId);
	}
}
