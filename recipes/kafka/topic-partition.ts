/** An input partition. One lane processes it. */
export type TopicPartition = {readonly topic: string; readonly partition: number};

/** A key for maps: topics cannot hold a slash. */
export function laneKey({topic, partition}: TopicPartition): string {
	return `${topic}/${partition}`;
}

/** The other way. */
export function laneOfKey(key: string): TopicPartition {
	const slash = key.lastIndexOf('/');
	return {topic: key.slice(0, slash), partition: Number(key.slice(slash + 1))};
}
