import {randomUUID} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import type {Admin, Kafka} from 'kafkajs';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {assignEverything} from '../../../../recipes/kafka/feed/assign-everything.ts';
import {KafkajsFeed} from '../../../../recipes/kafka/feed/kafkajs-feed.ts';
import {createTopics, quietKafka} from '../sink/open-sink.ts';
import {Collector} from './collector.ts';

type Server = {readonly broker: TestingBroker; readonly kafka: Kafka; readonly admin: Admin};

const versions = ['3.9', '4.1'];
const servers = new Map<string, Server>();

/** Those of the test that runs; the tests are serial and use topics of their own. */
let {broker, kafka, admin} = {} as Server;

function use(version: string): void {
	const server = servers.get(version);
	if (!server) throw new Error(`${version} was not started`);
	({broker, kafka, admin} = server);
}

test.serial.before(async () => {
	for (const version of versions) {
		const started = await TestingBroker.start({version});
		const client = quietKafka(started.brokers);
		servers.set(version, {broker: started, kafka: client, admin: client.admin()});
		await servers.get(version)?.admin.connect();
	}
});
test.after.always(async () => {
	for (const server of servers.values()) {
		await server.admin.disconnect();
		await server.broker.close();
	}
});

async function newTopic(numPartitions: number): Promise<string> {
	const topic = `in-${randomUUID()}`;
	await createTopics(broker.brokers, [{topic, numPartitions}]);
	return topic;
}

/** Writes `value0`, `value1`, … from the given number on. */
async function write(topic: string, partition: number, from: number, to: number): Promise<void> {
	const producer = kafka.producer();
	await producer.connect();
	const messages = Array.from({length: to - from}, (_, index) => ({partition, value: String(from + index)}));
	await producer.send({topic, messages});
	await producer.disconnect();
}

async function startFeed(t: ExecutionContext, topic: string): Promise<{feed: KafkajsFeed; groupId: string}> {
	const groupId = `group-${randomUUID()}`;
	const feed = new KafkajsFeed({kafka, groupId, workerId: 'w', topics: [topic]});
	t.teardown(() => feed.stop());
	await feed.start({});
	return {feed, groupId};
}

function range(from: number, to: number): bigint[] {
	return Array.from({length: to - from}, (_, index) => BigInt(from + index));
}

async function privateGroups(groupId: string): Promise<string[]> {
	const {groups} = await admin.listGroups();
	return groups.map(group => group.groupId).filter(id => id.startsWith(groupId));
}

for (const version of versions) {
	test.serial(`${version}: delivers open lanes from exactly where they were opened, and nothing else`, async t => {
		use(version);
		const topic = await newTopic(3);
		for (const partition of [0, 1, 2]) await write(topic, partition, 0, 100);
		const {feed, groupId} = await startFeed(t, topic);
		t.deepEqual(
			await feed.partitions(),
			[0, 1, 2].map(partition => ({topic, partition})),
		);
		t.deepEqual(await feed.ranges([{topic, partition: 1}]), new Map([[`${topic}/1`, {low: 0n, high: 100n}]]));
		t.deepEqual(await feed.offsetsAt([{topic, partition: 1}], 0), new Map([[`${topic}/1`, 0n]]));
		t.deepEqual(await feed.offsetsAt([{topic, partition: 1}], Date.now() + 60_000), new Map([[`${topic}/1`, 100n]]));

		const zero = new Collector(40n);
		const one = new Collector(0n);
		feed.open({topic, partition: 0}, 40n, zero);
		feed.open({topic, partition: 1}, 0n, one);
		await zero.until(() => zero.expected === 100n);
		await one.until(() => one.expected === 100n);
		t.deepEqual(zero.offsets, range(40, 100));
		t.deepEqual(one.offsets, range(0, 100));

		const moved = new Collector(95n);
		feed.open({topic, partition: 0}, 95n, moved);
		await moved.until(() => moved.expected === 100n);
		feed.close({topic, partition: 1});
		await write(topic, 0, 100, 105);
		await write(topic, 1, 100, 105);
		await moved.until(() => moved.expected === 105n);
		t.deepEqual(moved.offsets, range(95, 105));
		t.is(one.offsets.length, 100, 'a closed lane gets nothing');
		t.is(zero.offsets.length, 60, 'nor does the one it was moved from');
		t.deepEqual([zero.fault, one.fault, moved.fault], [undefined, undefined, undefined]);

		t.is((await privateGroups(groupId)).length, 1);
		await feed.stop();
		t.deepEqual(await privateGroups(groupId), [], 'its private group is gone');
	});

	test.serial(`${version}: a paused lane waits, and goes on where it was`, async t => {
		use(version);
		const topic = await newTopic(2);
		const lane = {topic, partition: 0};
		await write(topic, 0, 0, 50);
		const {feed} = await startFeed(t, topic);
		const collector = new Collector(0n);
		const clock = new Collector(0n);
		/** Shows that several fetches have come and gone. */
		const tick = async (): Promise<void> => {
			for (let times = 0; times < 3; times++) {
				const next = clock.expected + 1n;
				await write(topic, 1, 0, 1);
				await clock.until(() => clock.expected === next);
			}
		};
		feed.open(lane, 0n, collector);
		feed.open({topic, partition: 1}, 0n, clock);
		await collector.until(() => collector.expected === 50n);
		feed.pause(lane);
		await tick();
		await write(topic, 0, 50, 60);
		await tick();
		t.is(collector.expected, 50n);
		feed.resume(lane);
		await collector.until(() => collector.expected === 60n);
		t.deepEqual(collector.offsets, range(0, 60));
		t.is(collector.fault, undefined);
	});

	test.serial(`${version}: a lane of a partition that was added later is delivered`, async t => {
		use(version);
		const topic = await newTopic(1);
		const {feed} = await startFeed(t, topic);
		const old = new Collector(0n);
		feed.open({topic, partition: 0}, 0n, old);
		await admin.createPartitions({topicPartitions: [{topic, count: 2}]});
		await write(topic, 1, 0, 5);
		await write(topic, 0, 0, 5);
		const added = new Collector(0n);
		feed.open({topic, partition: 1}, 0n, added);
		await added.until(() => added.expected === 5n);
		await old.until(() => old.expected === 5n);
		t.deepEqual([old.offsets, added.offsets], [range(0, 5), range(0, 5)]);
	});

	test.serial(`${version}: deleted records are told as a gap, never skipped`, async t => {
		use(version);
		const topic = await newTopic(3);
		for (const partition of [0, 1, 2]) await write(topic, partition, 0, 20);
		// kafkajs deletes only in topics that this admin client knows already.
		await admin.fetchTopicOffsets(topic);
		await admin.deleteTopicRecords({
			topic,
			partitions: [
				{partition: 0, offset: '10'},
				{partition: 1, offset: '-1'},
			],
		});
		const {feed} = await startFeed(t, topic);
		const lost = new Collector(5n);
		const emptied = new Collector(5n);
		const whole = new Collector(5n);
		const beyond = new Collector(99n);
		feed.open({topic, partition: 0}, 5n, lost);
		feed.open({topic, partition: 1}, 5n, emptied);
		feed.open({topic, partition: 2}, 5n, whole);
		await lost.until(() => lost.gaps.length > 0);
		await emptied.until(() => emptied.gaps.length > 0);
		await whole.until(() => whole.expected === 20n);
		feed.open({topic, partition: 2}, 99n, beyond);
		await beyond.until(() => beyond.gaps.length > 0);
		t.deepEqual([lost.gaps, emptied.gaps, beyond.gaps, whole.gaps], [[5n], [5n], [99n], []]);
		t.deepEqual([...lost.offsets, ...emptied.offsets, ...beyond.offsets], []);
		t.deepEqual(whole.offsets, range(5, 20));

		const again = new Collector(10n);
		feed.open({topic, partition: 0}, 10n, again);
		await again.until(() => again.expected === 20n);
		t.deepEqual(again.offsets, range(10, 20));
	});

	test.serial(`${version}: positions move over what is not a record`, async t => {
		use(version);
		const topic = await newTopic(1);
		const producer = kafka.producer({transactionalId: `tx-${topic}`, maxInFlightRequests: 1});
		await producer.connect();
		for (let round = 0; round < 3; round++) {
			const aborted = await producer.transaction();
			await aborted.send({topic, messages: [{value: 'aborted'}]});
			await aborted.abort();
		}
		const committed = await producer.transaction();
		await committed.send({topic, messages: [{value: 'committed'}]});
		await committed.commit();
		const last = await producer.transaction();
		await last.send({topic, messages: [{value: 'aborted'}]});
		await last.abort();
		await producer.disconnect();
		const {feed} = await startFeed(t, topic);
		const collector = new Collector(0n);
		feed.open({topic, partition: 0}, 0n, collector);
		await collector.until(() => collector.expected === 10n);
		t.deepEqual(collector.values, ['committed']);
		t.is(collector.fault, undefined);
	});

	test.serial(`${version}: a rejoin forgets no position`, async t => {
		use(version);
		const topic = await newTopic(2);
		await write(topic, 0, 0, 100);
		const {feed, groupId} = await startFeed(t, topic);
		const collector = new Collector(0n);
		feed.open({topic, partition: 0}, 0n, collector);
		await collector.until(() => collector.expected === 100n);
		const [privateGroup = ''] = await privateGroups(groupId);
		const intruder = kafka.consumer({groupId: privateGroup, partitionAssigners: [assignEverything]});
		await intruder.connect();
		await intruder.subscribe({topics: [topic]});
		const joined = new Promise(resolve => intruder.on(intruder.events.GROUP_JOIN, resolve));
		await intruder.run({autoCommit: false, eachMessage: async () => undefined});
		await joined;
		await write(topic, 0, 100, 200);
		await collector.until(() => collector.expected === 200n);
		await intruder.disconnect();
		await write(topic, 0, 200, 300);
		await collector.until(() => collector.expected === 300n);
		t.deepEqual(collector.offsets, range(0, 300));
		t.is(collector.fault, undefined);
	});

	test.serial(`${version}: a broker that was restarted is read on`, async t => {
		use(version);
		const topic = await newTopic(1);
		await write(topic, 0, 0, 100);
		const {feed} = await startFeed(t, topic);
		const collector = new Collector(0n);
		feed.open({topic, partition: 0}, 0n, collector);
		await collector.until(() => collector.expected === 100n);
		await broker.restart();
		await write(topic, 0, 100, 200);
		await collector.until(() => collector.expected === 200n);
		t.deepEqual(collector.offsets, range(0, 200));
		t.is(collector.fault, undefined);
		t.is((await feed.ranges([{topic, partition: 0}])).get(`${topic}/0`)?.high, 200n);
	});

	test.serial(`${version}: a topic that is not there is refused, and a start can be given up`, async t => {
		use(version);
		const feed = new KafkajsFeed({kafka, groupId: 'g', workerId: 'w', topics: ['absent']});
		await t.throwsAsync(feed.start({}), {code: 'KAFKA_REFUSED'});
		await feed.stop();
		const aborted = new KafkajsFeed({kafka, groupId: 'g', workerId: 'w', topics: [await newTopic(1)]});
		await t.throwsAsync(aborted.start({signal: AbortSignal.abort()}), {code: 'ABORTED'});
		await aborted.stop();
	});
}
