import {InvalidArgumentError} from '../../../lib/index.ts';
import type {Cluster, TopicMetadata} from '../kafkajs/cluster.ts';
import {isTransient} from '../kafkajs/broker-answer.ts';
import {attempting} from '../kafkajs/patience.ts';

/** What an output topic takes. */
export type OutputTopic = {
	readonly partitions: number;
	/** `max.message.bytes`: of a whole record batch. */
	readonly maxBatchBytes: number;
};

const patience = 30_000;
/** The broker's default for `max.message.bytes`. */
const usualBatchBytes = 1_048_588;
const topicResource = 2;
/** As kafkajs's and Java's clients refresh what they know of topics. */
const maxAge = 300_000;
/** A topic that was not there is looked for again, but not more often. */
const minAge = 1000;

/**
 * The topics that records may be emitted to, known beforehand: so a record is checked and given its partition at once, synchronously, and the count cannot change under
 * a commit.
 */
export class OutputTopics {
	readonly #cluster: Cluster;
	readonly #named: readonly string[] | undefined;
	#topics: ReadonlyMap<string, OutputTopic> = new Map();
	#loadedAt = Number.NEGATIVE_INFINITY;
	#refreshing = false;

	/** @param named the only ones to look up; all that the broker shows us when absent */
	constructor(cluster: Cluster, named: readonly string[] | undefined) {
		this.#cluster = cluster;
		this.#named = named;
	}

	/** @throws {KafkaUnavailableError, KafkaRefusedError, AbortedError} */
	async load(signal: AbortSignal | undefined): Promise<void> {
		this.#loadedAt = performance.now();
		this.#topics = await attempting('looking up the output topics', () => this.#lookUp(), {
			isPassing: isTransient,
			patience,
			signal,
		});
	}

	/**
	 * A topic that is missing is looked up in the background, so that a later attempt finds one created meanwhile.
	 *
	 * @throws {InvalidArgumentError} when the topic does not exist, as far as is known
	 */
	get(topic: string): OutputTopic {
		const found = this.#topics.get(topic);
		if (performance.now() - this.#loadedAt > (found ? maxAge : minAge)) this.refresh();
		if (found) return found;
		throw new InvalidArgumentError(
			'record.topic',
			topic,
			this.#named && !this.#named.includes(topic) ? "one of the sink's `topics`" : 'a topic that exists',
		);
	}

	/** `max.message.bytes` of a topic that was emitted to, which may be gone since. */
	maxBatchBytes(topic: string): number {
		return this.#topics.get(topic)?.maxBatchBytes ?? usualBatchBytes;
	}

	/** Looks everything up again, in the background. A failure leaves what was known. */
	refresh(): void {
		if (this.#refreshing) return;
		this.#refreshing = true;
		this.load(undefined)
			.catch(() => undefined)
			.finally(() => {
				this.#refreshing = false;
			});
	}

	async #lookUp(): Promise<ReadonlyMap<string, OutputTopic>> {
		const named = this.#named;
		if (named?.length === 0) return new Map();
		await this.#cluster.connect();
		await this.#cluster.refreshMetadata();
		const all = await this.#cluster.metadata({topics: []});
		const wanted = (all?.topicMetadata ?? []).filter(
			({topic, isInternal, partitionMetadata}) =>
				partitionMetadata.length > 0 && (named ? named.includes(topic) : isInternal !== true),
		);
		const limits = await this.#batchLimits(wanted);
		return new Map(
			wanted.map(({topic, partitionMetadata}) => [
				topic,
				{partitions: partitionMetadata.length, maxBatchBytes: limits.get(topic) ?? usualBatchBytes},
			]),
		);
	}

	/** Who may write to a topic may not always read its settings: then the broker's default is taken. */
	async #batchLimits(topics: readonly TopicMetadata[]): Promise<ReadonlyMap<string, number>> {
		const limits = new Map<string, number>();
		const leader = topics[0]?.partitionMetadata[0]?.leader;
		if (leader === undefined) return limits;
		try {
			const broker = await this.#cluster.findBroker({nodeId: leader});
			const {resources} = await broker.describeConfigs({
				resources: topics.map(({topic}) => ({type: topicResource, name: topic, configNames: ['max.message.bytes']})),
			});
			for (const {resourceName, configEntries} of resources) {
				const bytes = Number(configEntries[0]?.configValue);
				if (Number.isSafeInteger(bytes) && bytes > 0) limits.set(resourceName, bytes);
			}
		} catch {
			return limits;
		}
		return limits;
	}
}
