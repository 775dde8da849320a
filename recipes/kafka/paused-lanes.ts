import type {TopicPartition} from './topic-partition.ts';

/** As kafkajs has it: without `partitions`, all of the topic. */
export type TopicPartitions = {readonly topic: string; readonly partitions?: readonly number[] | undefined};

/** What the user has paused, whether this worker has the lanes or not. */
export class PausedLanes {
	readonly #topics = new Set<string>();
	readonly #lanes = new Map<string, Set<number>>();

	add(topics: readonly TopicPartitions[]): void {
		for (const {topic, partitions} of topics) {
			if (!partitions) this.#topics.add(topic);
			else this.#lanes.set(topic, new Set([...(this.#lanes.get(topic) ?? []), ...partitions]));
		}
	}

	/** Resuming a partition of a paused topic leaves the others paused only if they were paused one by one. */
	delete(topics: readonly TopicPartitions[]): void {
		for (const {topic, partitions} of topics) {
			this.#topics.delete(topic);
			if (!partitions) this.#lanes.delete(topic);
			else for (const partition of partitions) this.#lanes.get(topic)?.delete(partition);
		}
	}

	has({topic, partition}: TopicPartition): boolean {
		return this.#topics.has(topic) || (this.#lanes.get(topic)?.has(partition) ?? false);
	}
}
