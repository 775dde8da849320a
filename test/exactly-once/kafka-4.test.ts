import test from 'ava';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {
	changePlans,
	comeAndGo,
	freezePastSession,
	killInsideTransaction,
	loseEndTxnReply,
	restartBroker,
	restartZooKeeper,
} from './fleet-faults.ts';

test('exactly once on Kafka 4 through one fault of each kind', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t, {version: '4.1'});
	for (let worker = 0; worker < 3; worker++) fleet.hire();
	await fleet.flows();
	for (const isLate of [true, false]) {
		const {state, refusal} = await killInsideTransaction(fleet, {turn: 0, isLate});
		t.is(state, 'Ongoing');
		if (isLate) t.is(refusal, 47);
	}
	await freezePastSession(fleet, {turn: 1, isInside: true});
	await loseEndTxnReply(fleet);
	await restartBroker(fleet, 'stop');
	await restartBroker(fleet, 'kill');
	await restartZooKeeper(fleet, 'stop');
	await changePlans(fleet, 4);
	await comeAndGo(fleet);
	await assertExactlyOnce(t, fleet);
});
