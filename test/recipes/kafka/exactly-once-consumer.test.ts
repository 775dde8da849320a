import test from 'ava';
import {nTimes} from '../../../lib/index.ts';
import {
	ConsumerStateError,
	type EachMessagePayload,
	type ExactlyOnceConsumerOptions,
	ForeignCarrierError,
	kafkaSink,
	LateEmitError,
	type Sink,
	type SinkFactory,
} from '../../../recipes/kafka/index.ts';
import {decodeOffsetRecord} from '../../../recipes/kafka/offset-record.ts';
import {until} from '../../helpers/until.ts';
import {ConsumerRig} from './consumer-rig.ts';

let rig: ConsumerRig;
test.before(async () => {
	rig = await ConsumerRig.start();
});
test.after.always(async () => {
	await rig[Symbol.asyncDispose]();
});

test('one worker carries every record exactly once, and its offsets can be read in ZooKeeper', async t => {
	const job = await rig.job(3);
	await job.produce(500);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {workerId: 'w/1'});
	consumer.on('failure', error => t.log(error));
	const running = consumer.run();
	await job.committed(500, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdictOfJava(), []);
	const path = `/docent/${job.groupId}/lanes/${job.input}/0/offset`;
	const {data} = await client.get(path);
	t.like(decodeOffsetRecord(data, path), {next: 500n, epoch: 1n, owner: 'w/1', clean: true, established: true});
	t.deepEqual((await client.children(`/docent/${job.groupId}/members`)).children, []);
});

test('workers share the lanes, and hand them over without a fence', async t => {
	const job = await rig.job(4);
	await job.produce(200);
	await using clientA = await rig.connect();
	await using clientB = await rig.connect();
	const fenced: string[] = [];
	const sink = {
		open: async (...args: Parameters<SinkFactory['open']>): Promise<Sink> => {
			const opened = await kafkaSink({topics: [job.output]}).open(...args);
			const fence = opened.fence.bind(opened);
			opened.fence = (id, options) => {
				fenced.push(id);
				return fence(id, options);
			};
			return opened;
		},
	};
	await using a = job.consumer(clientA, {workerId: 'a', sink});
	await using b = job.consumer(clientB, {workerId: 'b', sink});
	const runningA = a.run();
	await job.running(a, 4);
	const runningB = b.run();
	await job.running(b, 2);
	t.is(a.lag().length, 2);
	await job.produce(200);
	await job.committed(400, a, b);
	await a.close();
	await runningA;
	await job.running(b, 4);
	await job.produce(100);
	await job.committed(500, b);
	await b.close();
	await runningB;
	t.deepEqual(fenced, []);
	t.deepEqual(await job.verdictOfJava(), []);
});

test('a handler that keeps throwing halts its lane, the others go on; resumed, it tries again', async t => {
	const job = await rig.job(2);
	await job.produce(100);
	await using client = await rig.connect();
	let isBroken = true;
	await using consumer = job.consumer(client, {
		retry: nTimes(2, 1),
		eachMessage: ({partition, message, emit}) => {
			emit({topic: job.output, partition, value: message.value});
			if (isBroken && partition === 1 && String(message.value) === '50') throw new Error('poison');
		},
	});
	const running = consumer.run();
	await until(() => consumer.lanes().some(({state}) => state.status === 'halted'));
	const [halted] = consumer.lanes().flatMap(({state}) => (state.status === 'halted' ? [state] : []));
	t.like(halted?.error, {code: 'HANDLER_FAILED', partition: 1, offset: 50n, attempts: 3, cause: {message: 'poison'}});
	await until(() => {
		const committed = consumer.lag().map(lane => lane.committed);
		return committed.includes(100n) && committed.includes(50n);
	});
	isBroken = false;
	consumer.resume([{topic: job.input, partitions: [1]}]);
	await job.committed(100, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
});

test('what a batch emitted belongs to the records up to the next resolved offset', async t => {
	const job = await rig.job(1);
	await job.produce(100);
	await using client = await rig.connect();
	let failures = 0;
	await using consumer = job.consumer(client, {
		retry: nTimes(100, 1),
		eachMessage: undefined,
		eachBatch: ({batch, emit, resolveOffset}) => {
			for (const [at, message] of batch.messages.entries()) {
				emit({topic: job.output, partition: batch.partition, value: message.value});
				if (at % 10 === 9) {
					resolveOffset(message.offset);
				} else if (at === 15 && failures++ < 5) {
					throw new Error('the emits since the last resolved offset are dropped');
				}
			}
		},
	} as Partial<ExactlyOnceConsumerOptions>);
	const running = consumer.run();
	await job.committed(100, consumer);
	await consumer.close();
	await running;
	t.true(failures > 1);
	t.deepEqual(await job.verdict(), []);
});

test('an emit after its handler has settled throws', async t => {
	const job = await rig.job(1);
	await job.produce(1);
	await using client = await rig.connect();
	const kept: EachMessagePayload[] = [];
	await using consumer = job.consumer(client, {
		eachMessage: payload => {
			kept.push(payload);
			payload.emit({topic: job.output, partition: 0, value: payload.message.value});
		},
	});
	const running = consumer.run();
	await job.committed(1, consumer);
	t.throws(() => kept[0]?.emit({topic: job.output, value: 'late'}), {instanceOf: LateEmitError});
	t.is(kept[0]?.fencingToken, 1n);
	await consumer.close();
	await running;
	t.true(kept[0]?.signal.aborted);
	t.deepEqual(await job.verdict(), []);
});

test("a paused lane begins no record, and stays its worker's", async t => {
	const job = await rig.job(2);
	await using client = await rig.connect();
	await using consumer = job.consumer(client);
	consumer.pause([{topic: job.input, partitions: [1]}]);
	const running = consumer.run();
	await job.running(consumer, 2);
	await job.produce(10);
	await until(() => consumer.lag().some(({partition, committed}) => partition === 0 && committed === 10n));
	t.is(consumer.lag().find(({partition}) => partition === 1)?.committed, 0n);
	consumer.resume([{topic: job.input}]);
	await job.committed(10, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
});

test('a lost session costs nothing but time: the next one works under a new id', async t => {
	const job = await rig.job(3);
	await job.produce(200);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {workerId: 'w'});
	const ids: string[] = [];
	consumer.on('started', id => ids.push(id));
	const running = consumer.run();
	await job.running(consumer, 3);
	for (let round = 1; round <= 3; round++) {
		const {session} = client;
		await rig.zookeeper.killSession(session!.id, session!.password);
		await job.produce(200);
		await until(() => ids.length > round);
	}
	await job.committed(800, consumer);
	await consumer.close();
	await running;
	t.is(new Set(ids).size, ids.length);
	t.deepEqual(await job.verdict(), []);
});

test('the signal ends the run as close does', async t => {
	const job = await rig.job(1);
	await job.produce(10);
	await using client = await rig.connect();
	await using consumer = job.consumer(client);
	const controller = new AbortController();
	const running = consumer.run({signal: controller.signal});
	await job.committed(10, consumer);
	controller.abort();
	await running;
	await t.throwsAsync(consumer.run(), {instanceOf: ConsumerStateError});
	t.deepEqual(await job.verdict(), []);
});

test("ZooKeeper's data is lost: another fleet's positions are refused, unless the user vouches for them", async t => {
	const job = await rig.job(2);
	await job.produce(100);
	await using client = await rig.connect();
	await using before = job.consumer(client);
	const running = before.run();
	await job.committed(100, before);
	await before.close();
	await running;
	await using wary = job.consumer(client, {root: '/wiped'});
	await t.throwsAsync(wary.run(), {instanceOf: ForeignCarrierError});
	await using vouched = job.consumer(client, {root: '/wiped', start: 'group', adoptionDelay: 10});
	const goingOn = vouched.run();
	await job.produce(50);
	await job.committed(150, vouched);
	await vouched.close();
	await goingOn;
	t.deepEqual(await job.verdict(), []);
});

test('another consumer in the group is refused at the start', async t => {
	const job = await rig.job(1);
	const intruder = rig.kafka.consumer({groupId: job.groupId});
	await intruder.connect();
	await intruder.subscribe({topics: [job.input]});
	const joined = new Promise(resolve => intruder.on('consumer.group_join', resolve));
	await intruder.run({eachMessage: () => Promise.resolve()});
	await joined;
	await using client = await rig.connect();
	await using consumer = job.consumer(client);
	await t.throwsAsync(consumer.run(), {instanceOf: ForeignCarrierError, message: /members/});
	await intruder.disconnect();
});

test('bounds can be changed while it runs', async t => {
	const job = await rig.job(1);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {commitInterval: 2 ** 31 - 1});
	const running = consumer.run();
	await job.running(consumer, 1);
	await job.produce(10);
	await job.committed(10, consumer);
	await job.produce(10);
	consumer.configure({commitRecords: 1});
	await job.produce(10);
	await job.committed(30, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
});
