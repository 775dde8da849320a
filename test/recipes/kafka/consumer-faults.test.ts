import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {ConsumerRig} from './consumer-rig.ts';
import type {WorkerProcessOptions} from './worker-process.ts';

let rig: ConsumerRig;
test.before(async () => {
	rig = await ConsumerRig.start({behindProxy: true});
});
test.after.always(async () => {
	await rig[Symbol.asyncDispose]();
});

test.serial('the reply to a commit is lost: it is found out whether it happened', async t => {
	const job = await rig.job(3);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {}, rig.broker.proxiedBrokers);
	let recoveries = 0;
	consumer.on('recovered', () => recoveries++);
	const running = consumer.run();
	await job.running(consumer, 3);
	for (let round = 1; round <= 3; round++) {
		const lost = rig.broker.proxy.resetOn({reply: 'EndTxn'});
		await job.produce(100);
		await lost.arrived;
		await job.committed(100 * round, consumer);
	}
	await consumer.close();
	await running;
	t.true(recoveries >= 3);
	t.deepEqual(await job.verdictOfJava(), []);
});

test.serial('a commit that never arrived is undone, and done again', async t => {
	const job = await rig.job(3);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {}, rig.broker.proxiedBrokers);
	const running = consumer.run();
	await job.running(consumer, 3);
	for (const request of ['EndTxn', 'Produce', 'TxnOffsetCommit'] as const) {
		const lost = rig.broker.proxy.resetOn({request});
		await job.produce(100);
		await lost.arrived;
	}
	await job.committed(300, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
});

test.serial('a worker killed inside a transaction is fenced, and its lanes go on elsewhere', async t => {
	const job = await rig.job(4);
	await job.produce(500);
	const hold = rig.broker.proxy.hold({request: 'EndTxn'});
	const options: WorkerProcessOptions = {
		zookeeper: rig.zookeeper.connectString,
		brokers: rig.broker.proxiedBrokers,
		groupId: job.groupId,
		input: job.input,
		output: job.output,
		workerId: 'killed',
		sessionTimeout: 4000,
	};
	const program = fileURLToPath(new URL('worker-process.js', import.meta.url));
	const child = spawn(process.execPath, [program, JSON.stringify(options)], {stdio: 'inherit'});
	await hold.arrived;
	child.kill('SIGKILL');
	await once(child, 'exit');
	await using client = await rig.connect();
	await using consumer = job.consumer(client);
	const running = consumer.run();
	await job.committed(500, consumer);
	hold.release();
	await job.produce(100);
	await job.committed(600, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdictOfJava(), []);
});

const restarts = {
	ZooKeeper: () => rig.zookeeper.restart(),
	'the broker': () => rig.broker.restart(),
};
for (const [what, restart] of Object.entries(restarts)) {
	test.serial(`${what} is restarted under the workers`, async t => {
		const job = await rig.job(4);
		await job.produce(300);
		await using clientA = await rig.connect();
		await using clientB = await rig.connect();
		await using a = job.consumer(clientA);
		await using b = job.consumer(clientB);
		const running = [a.run(), b.run()];
		await Promise.all([job.running(a, 2), job.running(b, 2)]);
		await restart();
		await job.produce(300);
		await job.committed(600, a, b);
		await Promise.all([a.close(), b.close(), ...running]);
		t.deepEqual(await job.verdict(), []);
	});
}
