import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {loseEndTxnReply, restartBroker, restartZooKeeper} from './fleet-faults.ts';

test('exactly once though servers restart and acknowledgements are lost', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t);
	for (let worker = 0; worker < 3; worker++) fleet.hire();
	await fleet.flows();
	await loseEndTxnReply(fleet);
	await restartBroker(fleet, 'stop');
	await restartZooKeeper(fleet, 'stop');
	await loseEndTxnReply(fleet, 1);
	await restartBroker(fleet, 'kill');
	await restartZooKeeper(fleet, 'kill');
	await assertExactlyOnce(t, fleet);
});

test('offsets go on when ZooKeeper was away for a while, but not as long as a session lasts', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t, {partitions: 2, orders: {sessionTimeout: 30_000}});
	fleet.hire();
	await fleet.flows();
	const owner = fleet.lanes()[0]?.txn;
	await fleet.zooKeeper.stop();
	await sleep(6000);
	await fleet.zooKeeper.restart();
	await fleet.flows();
	t.is(fleet.lanes()[0]?.txn, owner, 'the session has survived');
	await assertExactlyOnce(t, fleet);
});

test('what turns out to be committed is told to ZooKeeper without another commit', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t, {partitions: 2});
	const worker = fleet.hire();
	await fleet.flows();
	await fleet.rest();
	const lost = fleet.kafka.proxy.resetOn({reply: 'EndTxn'});
	await fleet.write(1);
	await lost.arrived;
	await fleet.until('the recovery', () => worker.recoveries > 0);
	await assertExactlyOnce(t, fleet);
});
