import {randomUUID} from 'node:crypto';
import test from 'ava';
import {logLevel} from 'kafkajs';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {createKafka} from '../../../../recipes/kafka/kafkajs/kafka.ts';
import {FencedError, UnknownOutcomeError} from '../../../../recipes/kafka/kafka-error.ts';
import {readWithJava} from '../java/run-java.ts';
import {createTopics, laneCommit, newContext, openSink} from './open-sink.ts';

const lane = {topic: 'in', partition: 0};
const steps = ['AddOffsetsToTxn', 'TxnOffsetCommit', 'AddPartitionsToTxn', 'Produce', 'EndTxn'] as const;

for (const version of ['3.9', '4.1']) {
	test.serial(`${version}: whatever is lost on the way, the positions tell the truth afterwards`, async t => {
		await using broker = await TestingBroker.start({version, behindProxy: true});
		const {proxy} = broker;
		await createTopics(broker.brokers, [
			{topic: 'in', numPartitions: 1},
			{topic: 'out', numPartitions: 2},
		]);
		const context = newContext(broker.proxiedBrokers);
		const sink = await openSink(t, context);
		await sink.initProducer({});
		let next = 0n;
		const expected: string[] = [];
		const commit = async (): Promise<void> => {
			const commits = [laneCommit(sink, {...lane, from: next, next: next + 1n}, 'out', [`${next}a`, `${next}b`])];
			await sink.commit(commits);
		};
		const settled = async (): Promise<void> => {
			expected.push(`${next}a`, `${next}b`);
			next += 1n;
			const position = (await sink.positions([lane], {})).get('in/0');
			t.is(position?.next, next);
		};
		await commit();
		await settled();
		for (const step of steps) {
			for (const lost of [{request: step}, {reply: step}]) {
				const rule = proxy.resetOn(lost);
				await t.throwsAsync(commit(), {instanceOf: UnknownOutcomeError}, JSON.stringify(lost));
				t.is(rule.hits, 1);
				await sink.initProducer({});
				const position = (await sink.positions([lane], {})).get('in/0')?.next;
				t.is(position === next + 1n, step === 'EndTxn' && 'reply' in lost, `${JSON.stringify(lost)}: ${position}`);
				if (position === next) await commit();
				await settled();
			}
		}
		const values = (await readWithJava(broker, 'out')).map(({value}) => String(value));
		t.deepEqual(values, expected);
	});

	test.serial(`${version}: an EndTxn that comes after the fence commits nothing`, async t => {
		await using broker = await TestingBroker.start({version, behindProxy: true});
		await createTopics(broker.brokers, [
			{topic: 'in', numPartitions: 1},
			{topic: 'out', numPartitions: 1},
		]);
		const context = newContext(broker.proxiedBrokers);
		const sink = await openSink(t, context);
		await sink.initProducer({});
		const held = broker.proxy.hold({request: 'EndTxn'});
		const late = sink.commit([laneCommit(sink, {...lane, from: 0n, next: 1n}, 'out', ['late'])]);
		late.catch(() => undefined);
		await held.arrived;

		const successor = await openSink(t, {
			...newContext(broker.brokers),
			groupId: context.groupId,
			fleet: context.fleet,
		});
		await successor.fence(context.transactionalId, {});
		await successor.initProducer({});
		t.is((await successor.positions([lane], {})).size, 0);
		held.release();
		await t.throwsAsync(late, {instanceOf: FencedError});
		await successor.commit([laneCommit(successor, {...lane, from: 0n, next: 1n}, 'out', ['once'])]);
		t.is((await successor.positions([lane], {})).get('in/0')?.next, 1n);
		t.deepEqual(
			(await readWithJava(broker, 'out')).map(({value}) => String(value)),
			['once'],
		);
	});
}

test.serial('a reply that never comes ends with the request timeout', async t => {
	await using broker = await TestingBroker.start({behindProxy: true});
	await createTopics(broker.brokers, [
		{topic: 'in', numPartitions: 1},
		{topic: 'out', numPartitions: 1},
	]);
	const kafka = createKafka({
		clientId: 'test',
		brokers: broker.proxiedBrokers,
		requestTimeout: 1000,
		logLevel: logLevel.NOTHING,
	});
	const sink = await openSink(t, {...newContext(broker.proxiedBrokers), kafka});
	await sink.initProducer({});
	broker.proxy.drop({reply: 'EndTxn'});
	await t.throwsAsync(sink.commit([laneCommit(sink, {...lane, from: 0n, next: 1n}, 'out', ['a'])]), {
		instanceOf: UnknownOutcomeError,
	});
	await sink.initProducer({});
	t.is((await sink.positions([lane], {})).get('in/0')?.next, 1n);
});

test.serial('a commit of many lanes takes five requests, and looks for no coordinator', async t => {
	await using broker = await TestingBroker.start({behindProxy: true});
	const lanes = 20;
	await createTopics(broker.brokers, [
		{topic: 'in', numPartitions: lanes},
		{topic: 'out', numPartitions: 1},
	]);
	const sink = await openSink(t, newContext(broker.proxiedBrokers));
	await sink.initProducer({});
	const all = (next: bigint) =>
		Array.from({length: lanes}, (_, partition) =>
			laneCommit(sink, {topic: 'in', partition, from: next - 1n, next}, 'out', [randomUUID()]),
		);
	// The broker is still marking the first one's partitions when the second begins, and says so: that is no reason to look for another coordinator.
	await sink.commit(all(1n));
	using recording = broker.proxy.record();
	await sink.commit(all(2n));
	const again = recording.requests.filter(({op}) => op !== 'AddOffsetsToTxn' && op !== 'AddPartitionsToTxn');
	t.deepEqual(again.map(({op}) => op).sort(), ['EndTxn', 'Produce', 'TxnOffsetCommit']);
});
