import {randomUUID} from 'node:crypto';
import {Kafka, logLevel} from 'kafkajs';
import {type Client, connect} from '../../../lib/index.ts';
import {TestingBroker, type TestingBrokerOptions, TestingServer} from '../../../lib/testing/index.ts';
import {ExactlyOnceConsumer, type ExactlyOnceConsumerOptions, kafkaSink} from '../../../recipes/kafka/index.ts';
import {until} from '../../helpers/until.ts';
import {readWithFeed} from './read-with-feed.ts';
import {readWithJava} from './java/run-java.ts';

/** So long that no session ends by itself on a busy machine. */
const sessionTimeout = 30_000;

/** A real ZooKeeper and a real Kafka, and topics of one's own in it. */
export class ConsumerRig implements AsyncDisposable {
	readonly zookeeper: TestingServer;
	readonly broker: TestingBroker;
	readonly kafka: Kafka;

	private constructor(zookeeper: TestingServer, broker: TestingBroker) {
		this.zookeeper = zookeeper;
		this.broker = broker;
		this.kafka = new Kafka({clientId: 'test', brokers: [...broker.brokers], logLevel: logLevel.NOTHING});
	}

	static async start(
		options: Pick<TestingBrokerOptions, 'behindProxy' | 'properties' | 'version'> = {},
	): Promise<ConsumerRig> {
		const [zookeeper, broker] = await Promise.all([TestingServer.start(), TestingBroker.start(options)]);
		return new ConsumerRig(zookeeper, broker);
	}

	async job(partitions: number): Promise<Job> {
		const job = new Job(this, partitions);
		const admin = this.kafka.admin();
		await admin.connect();
		const topics = [job.input, job.output];
		await admin.createTopics({
			waitForLeaders: false,
			topics: topics.map(topic => ({topic, numPartitions: partitions})),
		});
		// A broker that has just made a topic may not know it for a moment.
		await until(async () => {
			const known = await admin.fetchTopicMetadata({topics}).catch(() => undefined);
			return known?.topics.every(topic => topic.partitions.every(({leader}) => leader !== -1)) ?? false;
		});
		await admin.disconnect();
		return job;
	}

	async connect(): Promise<Client> {
		return connect(this.zookeeper.connectString, {sessionTimeout});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([this.zookeeper[Symbol.asyncDispose](), this.broker[Symbol.asyncDispose]()]);
	}
}

/** An input topic full of numbers, an output topic, and the group that carries one to the other. */
export class Job {
	readonly input: string = `in-${randomUUID()}`;
	readonly output: string = `out-${randomUUID()}`;
	readonly groupId: string = `group-${randomUUID()}`;
	readonly partitions: number;
	readonly #rig: ConsumerRig;
	#sent = 0;

	constructor(rig: ConsumerRig, partitions: number) {
		this.#rig = rig;
		this.partitions = partitions;
	}

	/** Numbers the records of each partition from where it left off. */
	async produce(perPartition: number): Promise<void> {
		const producer = this.#rig.kafka.producer({idempotent: true, maxInFlightRequests: 1});
		await producer.connect();
		const messages = Array.from({length: perPartition}, (_, at) => ({value: String(this.#sent + at)}));
		// One partition a call: kafkajs's retries of a call for several may write some of them twice.
		for (let partition = 0; partition < this.partitions; partition++)
			await producer.send({topic: this.input, messages: messages.map(message => ({...message, partition}))});
		await producer.disconnect();
		this.#sent += perPartition;
	}

	options(change: Partial<ExactlyOnceConsumerOptions> = {}): ExactlyOnceConsumerOptions {
		return {
			groupId: this.groupId,
			topics: [this.input],
			start: 'earliest',
			sink: kafkaSink({topics: [this.output]}),
			commitInterval: 20,
			eachMessage: ({partition, message, emit}) => emit({topic: this.output, partition, value: message.value}),
			...change,
		} as ExactlyOnceConsumerOptions;
	}

	/** @param brokers through a proxy, or not */
	consumer(
		client: Client,
		change?: Partial<ExactlyOnceConsumerOptions>,
		brokers: readonly string[] = this.#rig.broker.brokers,
	): ExactlyOnceConsumer {
		return new ExactlyOnceConsumer(
			client,
			{clientId: 'test', brokers: [...brokers], logLevel: logLevel.NOTHING},
			this.options(change),
		);
	}

	/** What is wrong with the output: nothing, if each partition holds each number once and in order. */
	async verdict(): Promise<readonly string[]> {
		return this.#judge(await readWithFeed(this.#rig.broker.brokers, this.output));
	}

	/** The same as the official Java client sees it; takes seconds. */
	async verdictOfJava(): Promise<readonly string[]> {
		return this.#judge(await readWithJava(this.#rig.broker, this.output));
	}

	#judge(records: readonly {readonly partition: number; readonly value: Buffer | null}[]): readonly string[] {
		return Array.from({length: this.partitions}, (_, partition) => {
			const values = records.filter(record => record.partition === partition).map(({value}) => Number(value));
			const wrong = values.findIndex((value, at) => value !== at);
			if (wrong !== -1) return `partition ${partition}: ${values[wrong]} in the place of ${wrong}`;
			return values.length === this.#sent ? '' : `partition ${partition}: ${values.length} of ${this.#sent} records`;
		}).filter(Boolean);
	}

	/** Resolves when `consumer` processes this many lanes. */
	async running(consumer: ExactlyOnceConsumer, lanes: number): Promise<void> {
		await until(() => consumer.lanes().filter(({state}) => state.status === 'running').length === lanes);
	}

	/** Resolves when this many input records of each partition are committed, by whichever of the consumers. */
	async committed(perPartition: number, ...consumers: readonly ExactlyOnceConsumer[]): Promise<void> {
		const waiting = new Set(Array.from({length: this.partitions}, (_, partition) => partition));
		await until(() => {
			for (const consumer of consumers)
				for (const {partition, committed} of consumer.lag()) if (committed >= perPartition) waiting.delete(partition);
			return waiting.size === 0;
		});
	}
}
