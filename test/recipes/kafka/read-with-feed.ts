import {KafkajsFeed} from '../../../recipes/kafka/feed/kafkajs-feed.ts';
import {createKafka} from '../../../recipes/kafka/kafkajs/kafka.ts';
import {laneKey} from '../../../recipes/kafka/topic-partition.ts';

export type ReadRecord = {readonly partition: number; readonly value: Buffer | null};

/** What our own feed finds in a topic, up to where a committed reader can get now. */
export async function readWithFeed(brokers: readonly string[], topic: string): Promise<readonly ReadRecord[]> {
	const kafka = createKafka({clientId: 'reader', brokers: [...brokers], logLevel: 0});
	const feed = new KafkajsFeed({kafka, groupId: `read.${topic}`, workerId: 'reader', topics: [topic]});
	await feed.start({});
	try {
		const lanes = await feed.partitions();
		const ranges = await feed.ranges(lanes);
		const records: ReadRecord[] = [];
		const read = lanes.map(
			lane =>
				new Promise<void>((resolve, reject) => {
					const {low, high} = ranges.get(laneKey(lane))!;
					if (low === high) resolve();
					feed.open(lane, low, {
						batch: ({partition, messages, nextOffset}) => {
							for (const {value} of messages) records.push({partition, value});
							if (nextOffset >= high) resolve();
						},
						gap: expected => reject(new Error(`${laneKey(lane)} has a gap at ${expected}`)),
					});
				}),
		);
		await Promise.all(read);
		return records;
	} finally {
		await feed.stop();
	}
}
