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
