import {randomUUID} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {Kafka, logLevel} from 'kafkajs';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {type DecodedRecord, withoutAborted} from '../../../../recipes/kafka/kafkajs/aborted-records.ts';
import {readWithJava} from '../java/run-java.ts';
import {createTopics, quietKafka} from '../sink/open-sink.ts';

const zero = Buffer.alloc(4);

/** Several producers' transactions, aborted ones overlapping, some records with a key of four zero bytes. */
async function write(kafka: Kafka, topic: string): Promise<void> {
	const producers = ['a', 'b', 'c'].map(name =>
		kafka.producer({transactionalId: `${name}-${topic}`, maxInFlightRequests: 1}),
	);
	const [a, b, c] = producers;
	if (!a || !b || !c) throw new Error('three producers were made');
	const send = (value: string, key: Buffer | null = null) => ({topic, messages: [{key, value}]});
	for (const producer of producers) await producer.connect();
	const first = await a.transaction();
	await first.send(send('aborted a1', zero));
	const second = await b.transaction();
	await second.send(send('aborted b1', zero));
	const third = await c.transaction();
	await third.send(send('committed c1', zero));
	await second.send(send('aborted b2'));
	await second.abort();
	await first.send(send('aborted a2'));
	await third.send(send('committed c2'));
	await third.commit();
	await first.send(send('aborted a3', zero));
	await first.abort();
	const fourth = await a.transaction();
	const fifth = await b.transaction();
	await fifth.send(send('aborted b3', zero));
	await fourth.send(send('committed a4', zero));
	await fourth.commit();
	await fifth.send(send('aborted b4'));
	await fifth.abort();
	const last = await c.transaction();
	await last.send(send('committed c3'));
	await last.commit();
	for (const producer of producers) await producer.disconnect();
}

/** Everything up to the last record. */
async function read(kafka: Kafka, topic: string): Promise<string[]> {
	const values: string[] = [];
	const consumer = kafka.consumer({groupId: randomUUID(), maxWaitTimeInMs: 100});
	await consumer.connect();
	await consumer.subscribe({topics: [topic], fromBeginning: true});
	await new Promise<void>((resolve, reject) => {
		const eachMessage = async ({message}: {message: {value: Buffer | null}}): Promise<void> => {
			values.push(String(message.value));
			if (values.at(-1) === 'committed c3') resolve();
		};
		consumer.run({autoCommit: false, eachMessage}).catch(reject);
	});
	await consumer.disconnect();
	return values;
}

for (const version of ['3.9', '4.1']) {
	test.serial(`${version}: reads what the Java client reads, where kafkajs does not`, async t => {
		await using broker = await TestingBroker.start({version});
		const topic = 'mixed';
		await createTopics(broker.brokers, [{topic, numPartitions: 1}]);
		await write(quietKafka(broker.brokers), topic);
		const java = (await readWithJava(broker, topic)).map(({value}) => String(value));
		t.deepEqual(java, ['committed c1', 'committed c2', 'committed a4', 'committed c3']);
		t.deepEqual(await read(quietKafka(broker.brokers), topic), java);

		const stock = new Kafka({clientId: 'stock', brokers: broker.brokers, logLevel: logLevel.NOTHING});
		const leaked = (await read(stock, topic)).filter(value => value.startsWith('aborted'));
		t.true(leaked.length > 0, "the negative control: kafkajs's own filter lets aborted records through");
	});
}

type Step = {readonly producer: number; readonly what: 'send' | 'sendPlain' | 'commit' | 'abort'};
type Log = {
	readonly records: (DecodedRecord & {transaction: {aborted: boolean; first: bigint; end: bigint} | undefined})[];
	readonly aborted: {producerId: string; firstOffset: string; end: bigint}[];
};

/** What a partition holds after these steps, and the aborted transactions in the order in which they ended, as a broker keeps them. */
function run(steps: readonly Step[]): Log {
	const log: Log = {records: [], aborted: []};
	const open = new Map<number, {aborted: boolean; first: bigint; end: bigint}>();
	for (const {producer, what} of [...steps, ...[0, 1, 2, 3].map(each => ({producer: each, what: 'abort'}) as const)]) {
		const offset = BigInt(log.records.length);
		const append = (inTransaction: boolean, key: Buffer | null, isControlRecord = false): void => {
			const batchContext = {producerId: String(producer), inTransaction};
			const transaction = inTransaction ? open.get(producer) : undefined;
			log.records.push({offset: String(offset), key, isControlRecord, batchContext, transaction});
		};
		const current = open.get(producer);
		if (what === 'send') {
			if (!current) open.set(producer, {aborted: false, first: offset, end: -1n});
			append(true, zero);
		} else if (what === 'sendPlain') {
			if (!current) append(false, zero);
		} else if (current) {
			append(true, Buffer.from([0, 0, 0, what === 'abort' ? 0 : 1]), true);
			current.aborted = what === 'abort';
			current.end = offset;
			open.delete(producer);
			const firstOffset = String(current.first);
			if (current.aborted) log.aborted.push({producerId: String(producer), firstOffset, end: offset});
		}
	}
	return log;
}

test('exactly the records of aborted transactions are taken out, wherever a fetch begins', t => {
	const step = fc.record({
		producer: fc.integer({min: 0, max: 3}),
		what: fc.constantFrom('send', 'send', 'send', 'sendPlain', 'commit', 'abort'),
	});
	fc.assert(
		fc.property(fc.array(step, {maxLength: 60}), fc.double({min: 0, max: 1, noNaN: true}), (steps, share) => {
			const {records, aborted} = run(steps);
			const from = BigInt(Math.floor(share * records.length));
			const messages = records.slice(Number(from));
			const abortedTransactions = aborted.filter(({end}) => end >= from);
			const kept = withoutAborted({messages, abortedTransactions}).filter(record => !record.isControlRecord);
			const expected = messages.filter(record => !record.isControlRecord && record.transaction?.aborted !== true);
			t.deepEqual(
				kept.map(({offset}) => offset),
				expected.map(({offset}) => offset),
			);
		}),
		{numRuns: 500},
	);
});
