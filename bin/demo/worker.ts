// One worker process: carries records from the input to the output until its parent says stop, or is gone.
import {logLevel} from 'kafkajs';
import {connect} from '../../lib/index.ts';
import {ExactlyOnceConsumer, kafkaSink} from '../../recipes/kafka/index.ts';
import {groupId, sessionTimeout, type WorkerOrders} from './messages.ts';
import {note, reportClient, reportConsumer, tell} from './report.ts';
import {openSettings} from './settings.ts';
import {input, output} from './topics.ts';

// A Ctrl-C reaches every process of the terminal; the parent decides what it means.
process.on('SIGINT', () => {});
const orphaned = (): void => process.exit(1);
process.on('disconnect', orphaned);
const stop = new AbortController();
process.once('message', () => stop.abort());

await work(JSON.parse(process.argv[2] ?? '{}') as WorkerOrders, stop.signal);
process.off('disconnect', orphaned);
process.disconnect();

async function work({id, connectString, brokers}: WorkerOrders, signal: AbortSignal): Promise<void> {
	await using client = await connect(connectString, {sessionTimeout});
	await using settings = await openSettings(client, signal);
	await using consumer = new ExactlyOnceConsumer(
		client,
		{clientId: `docent-demo-${id}`, brokers: [...brokers], logLevel: logLevel.NOTHING},
		{
			groupId,
			workerId: id,
			topics: [input],
			start: 'earliest',
			sink: kafkaSink(),
			commitRecords: settings.current?.value.batchSize,
			eachMessage({partition, message: {key, value}, emit}) {
				emit({topic: output, partition, key, value});
			},
		},
	);
	reportClient(client);
	reportConsumer(consumer);
	settings.on('changed', ({value: {batchSize}}) => {
		consumer.configure({commitRecords: batchSize});
		note(`commits at ${batchSize.toLocaleString('en')} records at the latest`);
	});
	tell({kind: 'working'});
	await consumer.run({signal});
}
