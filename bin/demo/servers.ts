import {Kafka, logLevel} from 'kafkajs';
import {TestingBroker, TestingServer} from '../../lib/testing/index.ts';
import {input, output, partitions} from './topics.ts';

/** One ZooKeeper and one Kafka, the latter with a second listener behind a proxy, and the two topics. */
export class DemoServers implements AsyncDisposable {
	readonly zooKeeper: TestingServer;
	readonly kafka: TestingBroker;

	private constructor(zooKeeper: TestingServer, kafka: TestingBroker) {
		this.zooKeeper = zooKeeper;
		this.kafka = kafka;
	}

	static async start(signal: AbortSignal): Promise<DemoServers> {
		const starts = [TestingServer.start({signal}), TestingBroker.start({behindProxy: true, signal})] as const;
		const [zooKeeper, kafka] = await Promise.allSettled(starts);
		if (zooKeeper.status === 'fulfilled' && kafka.status === 'fulfilled') {
			const servers = new DemoServers(zooKeeper.value, kafka.value);
			try {
				await createTopics(servers.kafka.brokers);
				signal.throwIfAborted();
				return servers;
			} catch (error) {
				await servers[Symbol.asyncDispose]();
				throw error;
			}
		}
		const outcomes = [zooKeeper, kafka];
		await Promise.all(outcomes.map(async outcome => outcome.status === 'fulfilled' && outcome.value.close()));
		throw outcomes.find(outcome => outcome.status === 'rejected')?.reason;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([this.zooKeeper.close(), this.kafka.close()]);
	}
}

async function createTopics(brokers: string[]): Promise<void> {
	const admin = new Kafka({clientId: 'docent-demo-admin', brokers, logLevel: logLevel.NOTHING}).admin();
	await admin.connect();
	try {
		const topics = [input, output].map(topic => ({topic, numPartitions: partitions, replicationFactor: 1}));
		await admin.createTopics({topics, waitForLeaders: true});
	} finally {
		await admin.disconnect();
	}
}
