import type {ProducedMessage} from '../kafkajs/cluster.ts';
import {batchOverhead, recordSize} from './record-size.ts';
import type {OutputRecord} from './sink.ts';

/** One partition's records, in order, cut so that each piece fits into one record batch. */
export type PartitionBatches = {
	readonly topic: string;
	readonly partition: number;
	readonly batches: readonly (readonly ProducedMessage[])[];
};

/** kafkajs writes what one request has for a partition as one record batch; over the topic's `max.message.bytes` the whole transaction would be lost. */
export function recordBatches(
	outputs: Iterable<OutputRecord>,
	maxBatchBytes: (topic: string) => number,
): readonly PartitionBatches[] {
	const partitions = new Map<string, {topic: string; partition: number; batches: ProducedMessage[][]; bytes: number}>();
	for (const output of outputs) {
		const {topic, partition} = output;
		const key = `${topic}/${partition}`;
		let target = partitions.get(key);
		if (!target) partitions.set(key, (target = {topic, partition, batches: [[]], bytes: batchOverhead}));
		const size = recordSize(output);
		const batch = target.batches.at(-1);
		if (!batch || (batch.length > 0 && target.bytes + size > maxBatchBytes(topic))) {
			target.batches.push([output]);
			target.bytes = batchOverhead + size;
		} else {
			batch.push(output);
			target.bytes += size;
		}
	}
	return [...partitions.values()];
}
