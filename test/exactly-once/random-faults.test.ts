import {randomInt} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {FaultProxy, type KafkaOperation, type ZooKeeperOperation} from '../../lib/testing/index.ts';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';

const turns = 60;
/** Shorter than what a takeover takes, so that faults meet. */
const pause = 400;
const kafkaOperations: readonly KafkaOperation[] = [
	'InitProducerId',
	'AddOffsetsToTxn',
	'TxnOffsetCommit',
	'AddPartitionsToTxn',
	'Produce',
	'EndTxn',
	'OffsetFetch',
	'FindCoordinator',
	'ListOffsets',
	'Fetch',
	'DescribeGroups',
	'Metadata',
];
const zooKeeperOperations: readonly ZooKeeperOperation[] = ['multi', 'create2', 'setData', 'getData', 'sync', 'delete'];

/** Numerical Recipes' generator: the same choices for the same seed. */
function chooser(seed: number): (choices: number) => number {
	let state = seed;
	return choices => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * choices);
	};
}

test('exactly once through faults that meet: lost requests and replies, resets, ended sessions, killed and frozen workers', async t => {
	t.timeout(240_000);
	const seed = Number(process.env['DOCENT_SEED'] ?? randomInt(2 ** 32));
	t.log(`DOCENT_SEED=${seed}`);
	const choose = chooser(seed);
	const fleet = await Fleet.start(t);
	const kafka = fleet.kafka.proxy;
	const zooKeeper = await FaultProxy.start({target: fleet.zooKeeper.connectString, protocol: 'zookeeper'});
	t.teardown(async () => zooKeeper.close());
	const orders = {connectString: zooKeeper.address};
	for (let worker = 0; worker < 3; worker++) fleet.hire(orders);
	await fleet.flows();

	const someone = () => fleet.workers[choose(fleet.workers.length)];
	const faults: readonly (() => unknown)[] = [
		() => kafka.resetOn({reply: kafkaOperations[choose(kafkaOperations.length)] ?? 'EndTxn'}),
		() => kafka.resetOn({request: kafkaOperations[choose(kafkaOperations.length)] ?? 'EndTxn'}),
		() => zooKeeper.resetOn({reply: zooKeeperOperations[choose(zooKeeperOperations.length)] ?? 'multi'}),
		() => zooKeeper.resetOn({request: zooKeeperOperations[choose(zooKeeperOperations.length)] ?? 'multi'}),
		() => kafka.reset(),
		() => zooKeeper.reset(),
		async () => {
			const session = someone()?.session;
			// It may have ended by itself.
			if (session) await fleet.zooKeeper.killSession(session.id, session.password).catch(() => undefined);
		},
		async () => {
			await someone()?.kill();
			fleet.hire(orders);
		},
		async () => {
			const frozen = someone()?.freeze();
			await frozen?.frozen;
			await sleep(choose(2) === 0 ? 500 : 3500);
			await frozen?.[Symbol.asyncDispose]();
		},
		async () => {
			fleet.hire(orders);
			await someone()?.leave();
		},
		async () => {
			const path = `/docent/${fleet.groupId}/lanes/${fleet.input}/${choose(fleet.partitions)}/lock`;
			// Without contenders there is no queue.
			const queue = await fleet.client.children(path).catch(() => undefined);
			const [first] = queue?.children.toSorted((a, b) => (a.slice(-10) < b.slice(-10) ? -1 : 1)) ?? [];
			if (first) await fleet.client.delete(`${path}/${first}`).catch(() => undefined);
		},
	];
	for (let turn = 0; turn < turns; turn++) {
		await faults[choose(faults.length)]?.();
		await sleep(pause);
	}
	await fleet.flows();
	await assertExactlyOnce(t, fleet);
});
