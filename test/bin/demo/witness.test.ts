import test from 'ava';
import {Kafka, logLevel} from 'kafkajs';
import {DemoError} from '../../../bin/demo/demo-error.ts';
import {Witness} from '../../../bin/demo/witness.ts';
import {TestingBroker} from '../../../lib/testing/index.ts';
import {until} from '../../helpers/until.ts';

test('the witness tells what is committed, what is open, and how far the group got', async t => {
	t.timeout(120_000);
	await using broker = await TestingBroker.start();
	const kafka = new Kafka({
		clientId: 'test',
		brokers: broker.brokers,
		logLevel: logLevel.NOTHING,
		retry: {retries: 20},
	});
	const admin = kafka.admin();
	const producer = kafka.producer({transactionalId: 'billing.w1.2a', maxInFlightRequests: 1});
	await Promise.all([admin.connect(), producer.connect()]);
	t.teardown(async () => Promise.all([admin.disconnect(), producer.disconnect()]));
	await admin.createTopics({topics: [{topic: 'out', numPartitions: 2, replicationFactor: 1}]});
	// A new broker takes a moment to make itself the group's coordinator.
	await until(async () =>
		admin.fetchOffsets({groupId: 'billing', topics: ['out']}).then(
			() => true,
			() => false,
		),
	);
	const send = async (partition: number, value: string, end: 'commit' | 'abort' | undefined): Promise<void> => {
		const transaction = await producer.transaction();
		await transaction.send({topic: 'out', messages: [{key: 'k', value, partition}]});
		if (end === 'commit') {
			const partitions = [{partition, offset: '7'}];
			await transaction.sendOffsets({consumerGroupId: 'billing', topics: [{topic: 'out', partitions}]});
		}
		if (end) await transaction[end]();
	};
	await using witness = Witness.call(broker.classPath, broker.brokers);

	await send(0, 'first', 'commit');
	await send(0, 'aborted', 'abort');
	t.is(await witness.transactionState('billing.w1.2a'), 'CompleteAbort');
	await send(1, 'open', undefined);
	t.is(await witness.transactionState('billing.w1.2a'), 'Ongoing');

	t.deepEqual(await witness.read('out'), [{partition: 0, id: '0\tk\tfirst'}]);
	// A record and the mark that ends its transaction take an offset each; the end is that of the log, open transactions included.
	t.deepEqual(await witness.offsets('billing', 'out'), [
		{partition: 0, carrier: 7, end: 4},
		{partition: 1, carrier: undefined, end: 1},
	]);
	await t.throwsAsync(witness.read('nowhere'), {instanceOf: DemoError, code: 'WITNESS', message: /nowhere/});
	t.is(await witness.transactionState('billing.w1.2a'), 'Ongoing', 'it goes on after a failure');
});

test('a witness that cannot start says why', async t => {
	await using witness = Witness.call('nothing.jar', ['127.0.0.1:1']);
	await t.throwsAsync(witness.read('out'), {instanceOf: DemoError, code: 'WITNESS', message: /package/});
});
