import {setTimeout as sleep} from 'node:timers/promises';
import {logLevel} from 'kafkajs';
import {connect, nTimes} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {resolveConsumerOptions, resolveSettings} from '../../recipes/kafka/consumer-options.ts';
import {createWorkerRoom} from '../../recipes/kafka/consumer-room.ts';
import {ExactlyOnceConsumer, type ExactlyOnceConsumerOptions, kafkaSink} from '../../recipes/kafka/index.ts';
import {WorkerLoop} from '../../recipes/kafka/worker-loop.ts';
import {block} from '../helpers/block.ts';
import {takeovers} from './takeovers.ts';
import {outputsOf} from './transform.ts';
import type {ParentMessage, WorkerMessage, WorkerOrders} from './worker-orders.ts';

/* One worker of a fleet. Ends with its parent. */
const orders = JSON.parse(process.argv[2] ?? '') as WorkerOrders;
const tell = (message: WorkerMessage): void => {
	if (process.connected) process.send?.(message);
};
const onOrphaned = (): void => void process.kill(process.pid, 'SIGKILL');
process.once('disconnect', onOrphaned);
/** Perhaps before there is anything to close. */
const dismissed = deferred();
process.on('message', (message: ParentMessage) => {
	if (message.type === 'stop') dismissed.resolve();
	else {
		block(message.milliseconds);
		tell({type: 'unblocked'});
	}
});

const client = await connect(orders.connectString, {sessionTimeout: orders.sessionTimeout});
const tellSession = (): void => {
	const {session} = client;
	if (session) tell({type: 'session', id: session.id.toString(), password: session.password.toString('hex')});
};
client.on('connected', tellSession);
tellSession();

const {id: clientId, requestTimeout} = orders;
const kafka = {clientId, brokers: [...orders.brokers], requestTimeout, logLevel: logLevel.NOTHING};
/** The handler fails on some records, once each, when it has emitted already. */
const failed = new Set<string>();
function failOnce(partition: number, offset: string): void {
	const id = `${partition}:${offset}`;
	if (Number(offset) % 50 !== 7 || failed.has(id)) return;
	failed.add(id);
	throw new Error(`the handler fails on ${id}`);
}

const options: ExactlyOnceConsumerOptions = {
	groupId: orders.groupId,
	workerId: orders.id,
	topics: [orders.input],
	start: 'earliest',
	sink: kafkaSink({topics: [orders.output], transactionTimeout: orders.transactionTimeout}),
	commitInterval: 50,
	carrierRefreshInterval: orders.carrierRefreshInterval,
	retry: nTimes(3, 5),
	async eachMessage({partition, message, emit}) {
		if (orders.handlerTime > 0) await sleep(orders.handlerTime);
		emit(
			...outputsOf(partition, Number(message.offset)).map(id => ({
				topic: orders.output,
				key: String(partition),
				value: id,
			})),
		);
		failOnce(partition, message.offset);
	},
};

/** What the parent is told of. */
const events = {
	recovering: (cause: Error) => tell({type: 'recovering', text: String(cause)}),
	failure: (error: unknown) => tell({type: 'failure', text: String(error)}),
};

function start(): {readonly ended: Promise<void>; readonly close: () => Promise<void>} {
	if (orders.takeover === 'protocol') {
		const consumer = new ExactlyOnceConsumer(client, kafka, options);
		consumer.on('recovering', events.recovering);
		consumer.on('failure', events.failure);
		consumer.on('lane', ({partition, state}) => {
			if (state.status === 'halted') tell({type: 'halted', text: `lane ${partition}: ${String(state.error)}`});
			const running = consumer.lanes().filter(lane => lane.state.status === 'running');
			tell({type: 'running', lanes: running.length});
		});
		return {ended: consumer.run(), close: async () => consumer.close()};
	}
	const loop = new WorkerLoop({
		...createWorkerRoom(client, kafka, resolveConsumerOptions(options), {
			bounds: () => resolveSettings(options),
			isPaused: () => false,
			pause: () => () => undefined,
			tell: () => undefined,
		}),
		takeOver: takeovers[orders.takeover],
	});
	return {ended: loop.run(), close: async () => loop.close(10_000)};
}

const {ended, close} = start();
void dismissed.promise.then(close);
await ended;
await client.close();
process.off('disconnect', onOrphaned);
process.disconnect();
