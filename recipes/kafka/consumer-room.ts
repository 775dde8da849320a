import type {Client} from '../../lib/index.ts';
import type {ResolvedConsumerOptions} from './consumer-options.ts';
import {ConsumerPaths} from './consumer-paths.ts';
import {openFleet} from './create-znodes.ts';
import {KafkajsFeed} from './feed/kafkajs-feed.ts';
import {createKafka, type KafkaOptions} from './kafkajs/kafka.ts';
import {takeOver} from './takeover.ts';
import type {WorkerRoom} from './worker-room.ts';

/** What the consumer itself decides while its workers work. */
export type ConsumerSide = Pick<WorkerRoom, 'bounds' | 'isPaused' | 'pause' | 'tell'>;

/** Puts the rooms together: ZooKeeper's tree, kafkajs's feed, the user's sink, the protocol. */
export function createWorkerRoom(
	client: Client,
	kafkaOptions: KafkaOptions,
	options: ResolvedConsumerOptions,
	side: ConsumerSide,
): WorkerRoom {
	const {groupId, workerId, topics, root, start, sink, maxWaitTime, maxBytesPerPartition} = options;
	const kafka = createKafka(kafkaOptions);
	const paths = new ConsumerPaths(root, groupId);
	return {
		...options,
		...side,
		client,
		paths,
		topics: new Set(topics),
		feed: new KafkajsFeed({kafka, groupId, workerId, topics, maxWaitTime, maxBytesPerPartition}),
		openSink: async (transactionalId, signal) => {
			const fleet = await openFleet(client, paths, {signal});
			return sink.open({groupId, fleet, adopts: start === 'group', transactionalId, kafka}, {signal});
		},
		takeOver,
	};
}
