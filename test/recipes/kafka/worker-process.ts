import {logLevel} from 'kafkajs';
import {connect} from '../../../lib/index.ts';
import {ExactlyOnceConsumer, kafkaSink} from '../../../recipes/kafka/index.ts';

/** What the tests' worker process is told, as JSON in its first argument. */
export type WorkerProcessOptions = {
	readonly zookeeper: string;
	readonly brokers: readonly string[];
	readonly groupId: string;
	readonly input: string;
	readonly output: string;
	readonly workerId: string;
	readonly sessionTimeout: number;
};

/** Copies until it is killed. */
async function copy(options: WorkerProcessOptions): Promise<void> {
	const {zookeeper, brokers, groupId, input, output, workerId, sessionTimeout} = options;
	const client = await connect(zookeeper, {sessionTimeout});
	const consumer = new ExactlyOnceConsumer(
		client,
		{clientId: workerId, brokers: [...brokers], logLevel: logLevel.NOTHING},
		{
			groupId,
			topics: [input],
			start: 'earliest',
			workerId,
			commitInterval: 20,
			sink: kafkaSink({topics: [output]}),
			eachMessage: ({partition, message, emit}) => emit({topic: output, partition, value: message.value}),
		},
	);
	await consumer.run();
}

await copy(JSON.parse(process.argv[2] ?? '') as WorkerProcessOptions);
