import {randomUUID} from 'node:crypto';
import {Kafka, logLevel} from 'kafkajs';
import {TestingBroker} from '../lib/testing/index.ts';
import {createKafka, kafkaSink} from '../recipes/kafka/index.ts';

/**
 * How long a worker that takes over waits for the dead one's open transaction to be decided: `initProducer` here, `transaction()` in kafkajs (its way to
 * InitProducerId). Both dial the broker first, as a takeover does. A real broker on this machine, one replica.
 *
 *     node dist/bench/takeover-of-open-transaction.js [rounds] [Kafka's version]
 */
const rounds = Number(process.argv[2] ?? 20);
const version = process.argv[3] ?? '3.9';
const partitions = 6;

await using broker = await TestingBroker.start({version});
const config = {clientId: 'bench', brokers: broker.brokers, logLevel: logLevel.NOTHING};
const stock = new Kafka(config);
const admin = stock.admin();
await admin.connect();
await admin.createTopics({topics: [{topic: 'out', numPartitions: partitions}], waitForLeaders: true});
await admin.disconnect();

/** Leaves a transaction open that wrote to every partition. */
async function dieInTransaction(transactionalId: string): Promise<void> {
	const producer = stock.producer({transactionalId, maxInFlightRequests: 1});
	await producer.connect();
	const transaction = await producer.transaction();
	await transaction.send({
		topic: 'out',
		messages: Array.from({length: partitions}, (_, partition) => ({partition, value: 'open'})),
	});
	await producer.disconnect();
}

async function ours(transactionalId: string): Promise<number> {
	const context = {groupId: 'bench', fleet: randomUUID(), transactionalId, kafka: createKafka(config)};
	const sink = await kafkaSink().open(context, {});
	const start = performance.now();
	await sink.initProducer({});
	const elapsed = performance.now() - start;
	await sink.close();
	return elapsed;
}

async function theirs(transactionalId: string): Promise<number> {
	const producer = stock.producer({transactionalId, maxInFlightRequests: 1});
	const start = performance.now();
	await producer.connect();
	const transaction = await producer.transaction();
	const elapsed = performance.now() - start;
	await transaction.abort();
	await producer.disconnect();
	return elapsed;
}

function summary(times: readonly number[]): string {
	const sorted = times.toSorted((a, b) => a - b);
	const at = (share: number): string =>
		`${(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)} ms`;
	return `median ${at(0.5)}, fastest ${at(0)}, slowest ${at(1)}`;
}

const times = {docent: [] as number[], kafkajs: [] as number[]};
for (let round = 0; round <= rounds; round++) {
	for (const [name, takeOver] of [['docent', ours] as const, ['kafkajs', theirs] as const]) {
		const transactionalId = `${name}-${round}`;
		await dieInTransaction(transactionalId);
		const elapsed = await takeOver(transactionalId);
		// The first round warms the broker up.
		if (round > 0) times[name].push(elapsed);
	}
}
console.log(`takeover of an open transaction, Kafka ${broker.version}, ${rounds} rounds, ${partitions} partitions`);
for (const [name, measured] of Object.entries(times)) console.log(`${name.padEnd(8)} ${summary(measured)}`);
