import {TestingBroker, type TestingBrokerOptions, TestingServer} from '../../lib/testing/index.ts';

export type FleetServersOptions = Pick<TestingBrokerOptions, 'version' | 'properties'>;

/** One ZooKeeper and one Kafka, the latter with a second listener behind a proxy. */
export class FleetServers implements AsyncDisposable {
	readonly zooKeeper: TestingServer;
	readonly kafka: TestingBroker;

	private constructor(zooKeeper: TestingServer, kafka: TestingBroker) {
		this.zooKeeper = zooKeeper;
		this.kafka = kafka;
	}

	static async start({version, properties = {}}: FleetServersOptions = {}): Promise<FleetServers> {
		const [zooKeeper, kafka] = await Promise.all([
			TestingServer.start(),
			TestingBroker.start({behindProxy: true, properties, ...(version && {version})}),
		]);
		return new FleetServers(zooKeeper, kafka);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([this.zooKeeper.close(), this.kafka.close()]);
	}
}
