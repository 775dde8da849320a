import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {CompressionTypes} from 'kafkajs';
import {InvalidArgumentError} from '../../../../lib/index.ts';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {
	FencedError,
	ForeignCarrierError,
	RecordTooLargeError,
	UnknownOutcomeError,
} from '../../../../recipes/kafka/kafka-error.ts';
import {isNotNow} from '../../../../recipes/kafka/kafkajs/broker-answer.ts';
import {patiently} from '../../../../recipes/kafka/kafkajs/patience.ts';
import {kafkaSink} from '../../../../recipes/kafka/sink/kafka-sink.ts';
import {TransactionalProducer} from '../../../../recipes/kafka/sink/transaction.ts';
import {readWithJava, runJava} from '../java/run-java.ts';
import {createTopics, laneCommit, newContext, openSink} from './open-sink.ts';

for (const version of ['3.9', '4.1']) {
	test.serial(
		`${version}: outputs and positions are committed together, and a fenced owner changes neither`,
		async t => {
			await using broker = await TestingBroker.start({version});
			const {brokers} = broker;
			await createTopics(brokers, [
				{topic: 'in', numPartitions: 3},
				{topic: 'out', numPartitions: 2},
			]);
			const context = newContext(brokers);
			const sink = await openSink(t, context);
			const lane = {topic: 'in', partition: 0};
			await sink.initProducer({});
			await sink.checkCarrier({});
			t.is((await sink.positions([lane], {})).size, 0);
			await sink.commit([laneCommit(sink, {...lane, from: 0n, next: 3n}, 'out', ['a', 'b'])]);
			await sink.commit([
				laneCommit(sink, {...lane, from: 3n, next: 5n, epoch: 7n}, 'out', ['c']),
				laneCommit(sink, {topic: 'in', partition: 2, from: 0n, next: 9n}, 'out', ['d']),
			]);
			t.deepEqual(
				await sink.positions([lane, {topic: 'in', partition: 1}, {topic: 'in', partition: 2}], {}),
				new Map([
					['in/0', {next: 5n, epoch: 7n, seq: 1n}],
					['in/2', {next: 9n, epoch: 1n, seq: 1n}],
				]),
			);

			const successor = await openSink(t, {...context, transactionalId: `${context.groupId}.v.2`});
			await successor.fence(context.transactionalId, {});
			await successor.initProducer({});
			const error = await t.throwsAsync(
				sink.commit([laneCommit(sink, {...lane, from: 5n, next: 6n}, 'out', ['zombie'])]),
				{instanceOf: FencedError},
			);
			t.is(error.transactionalId, context.transactionalId);
			await t.throwsAsync(sink.commit([laneCommit(sink, {...lane, from: 5n, next: 6n})]), {
				instanceOf: UnknownOutcomeError,
			});
			t.is((await successor.positions([lane], {})).get('in/0')?.next, 5n);
			await successor.commit([laneCommit(successor, {...lane, from: 5n, next: 6n}, 'out', ['e'])]);
			t.is((await successor.positions([lane], {})).get('in/0')?.next, 6n);

			await sink.initProducer({});
			await sink.commit([laneCommit(sink, {...lane, from: 6n, next: 6n})]);
			t.is((await sink.positions([lane], {})).get('in/0')?.next, 6n, 'a lane without progress is refreshed');

			const values = (await readWithJava(broker, 'out')).map(({value}) => value?.toString());
			t.deepEqual(values, ['a', 'b', 'c', 'd', 'e']);
		},
	);

	test.serial(`${version}: a transaction left open is decided by the next initialisation`, async t => {
		await using broker = await TestingBroker.start({version});
		const {brokers} = broker;
		await createTopics(brokers, [
			{topic: 'in', numPartitions: 1},
			{topic: 'out', numPartitions: 1},
		]);
		const context = newContext(brokers);
		const zombie = context.kafka.producer({transactionalId: context.transactionalId, transactionTimeout: 60_000});
		await zombie.connect();
		t.teardown(() => zombie.disconnect());
		const open = await zombie.transaction();
		await open.send({topic: 'out', messages: [{value: 'never committed'}]});
		const topics = [{topic: 'in', partitions: [{partition: 0, offset: '4'}]}];
		await patiently(() => open.sendOffsets({consumerGroupId: context.groupId, topics}), {
			isPassing: isNotNow,
			patience: 10_000,
		});

		const sink = await openSink(t, context);
		await sink.initProducer({});
		t.is((await sink.positions([{topic: 'in', partition: 0}], {})).size, 0);
		await sink.commit([laneCommit(sink, {topic: 'in', partition: 0, from: 0n, next: 1n}, 'out', ['ours'])]);
		await t.throwsAsync(open.commit());
		t.deepEqual(
			(await readWithJava(broker, 'out')).map(({value}) => value?.toString()),
			['ours'],
		);
	});
}

const lane = {topic: 'in', partition: 0};

/** Shared by the tests below, which use groups of their own. */
let broker: TestingBroker;
let brokers: string[];

test.serial.before(async () => {
	broker = await TestingBroker.start();
	brokers = broker.brokers;
	await createTopics(brokers, [
		{topic: 'in', numPartitions: 2},
		{topic: 'out', numPartitions: 3},
	]);
});
test.after.always(() => broker.close());

test.serial('records over the size of a batch are split', async t => {
	const sink = await openSink(t, newContext(brokers));
	await sink.initProducer({});
	const outputs = Array.from({length: 40}, (_, index) =>
		sink.prepare({topic: 'out', partition: 1, key: String(index), value: randomBytes(100_000)}),
	);
	await sink.commit([{...lane, from: 0n, next: 40n, epoch: 1n, seq: 1n, outputs}]);
	const read = (await readWithJava(broker, 'out')).filter(({partition}) => partition === 1);
	t.deepEqual(
		read.map(({key}) => key?.toString()),
		outputs.map((_, index) => String(index)),
	);
	t.true(read.every(({value}, index) => outputs[index]?.value?.equals(value ?? Buffer.alloc(0))));
});

test.serial('what is wrong with a record is told when it is emitted', async t => {
	const sink = await openSink(t, newContext(brokers));
	t.throws(() => sink.prepare({topic: 'nowhere', value: ''}), {
		instanceOf: InvalidArgumentError,
		message: /nowhere/,
	});
	t.throws(() => sink.prepare({topic: 'out', value: '', partition: 3}), {instanceOf: InvalidArgumentError});
	t.throws(() => sink.prepare({topic: 'out', value: Buffer.alloc(1_048_588)}), {instanceOf: RecordTooLargeError});
	const bad = {topic: 'out', value: 5} as unknown as Parameters<typeof sink.prepare>[0];
	t.throws(() => sink.prepare(bad), {instanceOf: InvalidArgumentError, message: /record\.value/});
	t.is(
		sink.prepare({topic: 'out', key: 'k', value: null}).partition,
		sink.prepare({topic: 'out', key: 'k', value: ''}).partition,
	);
});

test.serial('the size limit of each topic is kept', async t => {
	await createTopics(brokers, [
		{topic: 'narrow', numPartitions: 1, configEntries: [{name: 'max.message.bytes', value: '2000'}]},
	]);
	const sink = await openSink(t, newContext(brokers), {topics: ['narrow']});
	t.throws(() => sink.prepare({topic: 'out', value: ''}), {instanceOf: InvalidArgumentError, message: /`topics`/});
	const error = t.throws(() => sink.prepare({topic: 'narrow', value: Buffer.alloc(2000)}), {
		instanceOf: RecordTooLargeError,
	});
	t.is(error.limit, 2000);
	await sink.initProducer({});
	const outputs = Array.from({length: 100}, () => sink.prepare({topic: 'narrow', value: randomBytes(300)}));
	await sink.commit([{...lane, from: 0n, next: 100n, epoch: 1n, seq: 1n, outputs}]);
	t.is((await readWithJava(broker, 'narrow')).length, 100);
});

test.serial('a topic that is created later is found', async t => {
	const sink = await openSink(t, newContext(brokers));
	await createTopics(brokers, [{topic: 'later', numPartitions: 4}]);
	const prepared = await patiently(async () => sink.prepare({topic: 'later', value: 'x', partition: 3}), {
		isPassing: error => error instanceof InvalidArgumentError,
		patience: 30_000,
	});
	t.is(prepared.partition, 3);
});

test.serial('outputs are compressed when told', async t => {
	await createTopics(brokers, [{topic: 'gzipped', numPartitions: 1}]);
	const sink = await openSink(t, newContext(brokers), {compression: CompressionTypes.GZIP});
	await sink.initProducer({});
	const headers = {trace: ['a', Buffer.from('b')]};
	const outputs = Array.from({length: 500}, (_, index) =>
		sink.prepare({topic: 'gzipped', key: 'k', value: String(index), headers, timestamp: '1700000000000'}),
	);
	await sink.commit([{...lane, from: 0n, next: 500n, epoch: 1n, seq: 1n, outputs}]);
	const values = (await readWithJava(broker, 'gzipped')).map(({value}) => Number(String(value)));
	t.deepEqual(values, [...outputs.keys()]);
});

test.serial('an offset committed by somebody else is not taken for ours', async t => {
	const context = newContext(brokers);
	const sink = await openSink(t, context);
	const other = await TransactionalProducer.init(context.kafka, {
		...context,
		transactionalId: 'other',
		transactionTimeout: 10_000,
		compression: 0,
	});
	await other.commit([{...lane, offset: '3', metadata: ''}], []);
	await other.discard();
	await t.throwsAsync(sink.positions([lane], {}), {instanceOf: ForeignCarrierError, message: /in\/0/});
	t.is((await sink.positions([{topic: 'in', partition: 1}], {})).size, 0);
	const fleet = await openSink(t, {...context, fleet: 'another fleet'});
	await fleet.initProducer({});
	await fleet.commit([laneCommit(fleet, {...lane, from: 3n, next: 4n})]);
	await t.throwsAsync(sink.positions([lane], {}), {instanceOf: ForeignCarrierError});
});

test.serial('a group with members is refused', async t => {
	const context = newContext(brokers);
	const sink = await openSink(t, context);
	await sink.checkCarrier({});
	const member = context.kafka.consumer({groupId: context.groupId});
	const joined = new Promise(resolve => member.on(member.events.GROUP_JOIN, resolve));
	await member.connect();
	t.teardown(() => member.disconnect());
	await member.subscribe({topics: ['in']});
	await member.run({eachMessage: async () => undefined});
	await joined;
	await t.throwsAsync(sink.checkCarrier({}), {instanceOf: ForeignCarrierError, message: /members/});
});

test.serial('an aborted wait ends at once', async t => {
	const sink = await openSink(t, newContext(brokers));
	await t.throwsAsync(sink.initProducer({signal: AbortSignal.abort('enough')}), {code: 'ABORTED'});
	broker.freeze();
	try {
		const abort = new AbortController();
		const waits = [sink.initProducer(abort), sink.fence('x', abort), sink.positions([lane], abort)];
		setImmediate(() => abort.abort());
		for (const wait of waits) await t.throwsAsync(wait, {code: 'ABORTED'});
	} finally {
		broker.thaw();
	}
});

test.serial('a connection that the broker closed for being idle costs nothing', async t => {
	await using impatient = await TestingBroker.start({behindProxy: true, properties: {'connections.max.idle.ms': 500}});
	await createTopics(impatient.brokers, [{topic: 'in', numPartitions: 1}]);
	const sink = await openSink(t, newContext(impatient.proxiedBrokers));
	await sink.initProducer({});
	await sink.commit([laneCommit(sink, {...lane, from: 0n, next: 1n})]);
	while (impatient.proxy.connections > 0) await sleep(20);
	await sink.commit([laneCommit(sink, {...lane, from: 1n, next: 2n})]);
	t.is((await sink.positions([lane], {})).get('in/0')?.next, 2n);
});

test.serial('4.1: a member by the new consumer protocol is seen too', async t => {
	await using newer = await TestingBroker.start({version: '4.1'});
	await createTopics(newer.brokers, [{topic: 'in', numPartitions: 1}]);
	const context = newContext(newer.brokers);
	const sink = await openSink(t, context);
	await sink.checkCarrier({});
	const leave = new AbortController();
	const member = runJava(newer, 'Member', {
		arguments: [newer.brokers.join(), context.groupId, 'in'],
		signal: leave.signal,
	});
	const outcome = t.throwsAsync(member, {name: 'AbortError'});
	while (
		(await sink.checkCarrier({}).then(
			() => undefined,
			(error: unknown) => error,
		)) === undefined
	)
		await sleep(50);
	await t.throwsAsync(sink.checkCarrier({}), {instanceOf: ForeignCarrierError, message: /protocol "consumer"/});
	leave.abort();
	await outcome;
});

test('bad options are refused before any I/O', t => {
	t.throws(() => kafkaSink({transactionTimeout: 10}), {instanceOf: InvalidArgumentError});
	t.throws(() => kafkaSink({compression: 9}), {instanceOf: InvalidArgumentError});
	t.throws(() => kafkaSink({topics: 'out' as unknown as string[]}), {instanceOf: InvalidArgumentError});
});
