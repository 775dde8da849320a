/** An input partition. One lane processes it. */
export type TopicPartition = {readonly topic: string; readonly partition: number};

/** A key for maps: topics cannot hold a slash. */
export function laneKey({topic, partition}: TopicPartition): string {
	return `${topic}/${partition}`;
}
