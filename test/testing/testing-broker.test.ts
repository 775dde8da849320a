import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {Kafka, logLevel} from 'kafkajs';
import {InvalidArgumentError} from '../../lib/index.ts';
import {TestingBroker, TestingError} from '../../lib/testing/index.ts';

function client(brokers: string[]): Kafka {
	return new Kafka({clientId: 'test', brokers, logLevel: logLevel.NOTHING});
}

for (const version of ['3.9', '4.1']) {
	test.serial(`${version}: starts, and keeps its data over a restart and a kill`, async t => {
		await using broker = await TestingBroker.start({version});
		t.true(broker.version.startsWith(`${version}.`));
		t.true(broker.classPath.includes('kafka-clients'));
		const {brokers} = broker;
		const admin = client(brokers).admin();
		t.teardown(() => admin.disconnect());
		await admin.connect();
		t.is((await admin.describeCluster()).brokers.length, 1);
		await admin.createTopics({topics: [{topic: 'kept', numPartitions: 3}], waitForLeaders: true});
		await admin.disconnect();
		await broker.restart();
		t.deepEqual(broker.brokers, brokers);
		await admin.connect();
		t.deepEqual(await admin.listTopics(), ['kept']);
		await admin.disconnect();
		await broker.kill();
		t.is(broker.pid, undefined);
		await broker.restart();
		await admin.connect();
		t.deepEqual(await admin.listTopics(), ['kept']);
		await admin.disconnect();
	});
}

test.serial('topics are not created by themselves, nor is a proxy', async t => {
	await using broker = await TestingBroker.start();
	const producer = client(broker.brokers).producer({retry: {retries: 0}});
	await producer.connect();
	await t.throwsAsync(producer.send({topic: 'absent', messages: [{value: 'x'}]}), {
		message: /does not host this topic/,
	});
	await producer.disconnect();
});

test.serial('clients of the proxied listener stay behind the proxy, where one request can be held', async t => {
	await using broker = await TestingBroker.start({behindProxy: true});
	const {proxy} = broker;
	const direct = client(broker.brokers).admin();
	await direct.connect();
	t.teardown(() => direct.disconnect());
	await direct.createTopics({topics: [{topic: 'out', numPartitions: 1}], waitForLeaders: true});
	t.is(proxy.connections, 0);

	const producer = client(broker.proxiedBrokers).producer({
		transactionalId: 'tx',
		idempotent: true,
		maxInFlightRequests: 1,
	});
	await producer.connect();
	t.teardown(() => producer.disconnect());
	using recording = proxy.record();
	const held = proxy.hold({request: 'EndTxn'});
	const transaction = await producer.transaction();
	await transaction.send({topic: 'out', messages: [{value: 'once'}]});
	const committed = transaction.commit();
	const frame = await held.arrived;
	t.is(frame.op, 'EndTxn');
	t.is(recording.count('Produce'), 1);
	t.is(recording.count('AddPartitionsToTxn'), 1);
	// The end of the log that readers of committed records see does not move before the transaction ends.
	t.is((await direct.fetchTopicOffsets('out'))[0]?.high, '0');
	held.release();
	await committed;
	while ((await direct.fetchTopicOffsets('out'))[0]?.high !== '2') await sleep(10);

	const lost = proxy.resetOn({reply: 'EndTxn'});
	const second = await producer.transaction();
	await second.send({topic: 'out', messages: [{value: 'twice'}]});
	await second.commit().catch(() => {});
	t.is(lost.hits, 1);
});

test('bad options are refused before anything is started', async t => {
	for (const options of [{version: 'four'}, {startTimeout: -1}, {properties: {'a=b': 1}}]) {
		const error = await t.throwsAsync(TestingBroker.start(options), {instanceOf: InvalidArgumentError});
		t.is(error.code, 'INVALID_ARGUMENT', error.message);
	}
});

test('a failed start shows what the broker said', async t => {
	const error = await t.throwsAsync(TestingBroker.start({properties: {'process.roles': 'nonsense'}}), {
		instanceOf: TestingError,
	});
	t.is(error.code, 'START_FAILED');
	t.regex(error.message, /process\.roles/);
});
