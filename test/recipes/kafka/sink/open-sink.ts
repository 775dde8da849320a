import {randomUUID} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {type ITopicConfig, type Kafka, logLevel} from 'kafkajs';
import {createKafka} from '../../../../recipes/kafka/kafkajs/kafka.ts';
import {type KafkaSinkOptions, kafkaSink} from '../../../../recipes/kafka/sink/kafka-sink.ts';
import type {LaneCommit, Sink, SinkContext} from '../../../../recipes/kafka/sink/sink.ts';

export function quietKafka(brokers: readonly string[]): Kafka {
	return createKafka({clientId: 'test', brokers: [...brokers], logLevel: logLevel.NOTHING});
}

/** A group, a fleet and an id that nothing else uses. */
export function newContext(brokers: readonly string[]): SinkContext {
	const groupId = `group-${randomUUID()}`;
	return {groupId, fleet: randomUUID(), transactionalId: `${groupId}.w.1`, kafka: quietKafka(brokers)};
}

/** Closed at the end of the test. */
export async function openSink(t: ExecutionContext, context: SinkContext, options?: KafkaSinkOptions): Promise<Sink> {
	const sink = await kafkaSink(options).open(context, {});
	t.teardown(() => sink.close());
	return sink;
}

export async function createTopics(brokers: readonly string[], topics: readonly ITopicConfig[]): Promise<void> {
	const admin = quietKafka(brokers).admin();
	await admin.connect();
	try {
		await admin.createTopics({topics: [...topics], waitForLeaders: true});
	} finally {
		await admin.disconnect();
	}
}

/** One lane's part of a commit: `values` are emitted to `output`. */
export function laneCommit(
	sink: Sink,
	lane: Pick<LaneCommit, 'topic' | 'partition' | 'from' | 'next'> & {readonly epoch?: bigint},
	output = '',
	values: readonly string[] = [],
): LaneCommit {
	const outputs = values.map(value => sink.prepare({topic: output, value, partition: 0}));
	return {epoch: 1n, seq: 1n, ...lane, outputs};
}
