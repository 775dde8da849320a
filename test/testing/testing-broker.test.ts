import test from 'ava';
import {Kafka, logLevel} from 'kafkajs';
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

test('topics are not created by themselves', async t => {
	await using broker = await TestingBroker.start();
	const producer = client(broker.brokers).producer({retry: {retries: 0}});
	await producer.connect();
	await t.throwsAsync(producer.send({topic: 'absent', messages: [{value: 'x'}]}), {
		message: /does not host this topic/,
	});
	await producer.disconnect();
});

test('bad options are refused before anything is started', async t => {
	for (const options of [{version: 'four'}, {startTimeout: -1}, {properties: {'a=b': 1}}]) {
		const error = await t.throwsAsync(TestingBroker.start(options), {instanceOf: TestingError});
		t.is(error.code, 'BAD_OPTION', error.message);
	}
});

test('a failed start shows what the broker said', async t => {
	const error = await t.throwsAsync(TestingBroker.start({properties: {'process.roles': 'nonsense'}}), {
		instanceOf: TestingError,
	});
	t.is(error.code, 'START_FAILED');
	t.regex(error.message, /process\.roles/);
});
