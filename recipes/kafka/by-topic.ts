/** Groups what names a topic by it, in the order of first mention. `Map.groupBy` is not in Node 20. */
export function byTopic<T extends {readonly topic: string}>(items: Iterable<T>): Map<string, T[]> {
	const topics = new Map<string, T[]>();
	for (const item of items) {
		const same = topics.get(item.topic);
		if (same) same.push(item);
		else topics.set(item.topic, [item]);
	}
	return topics;
}
