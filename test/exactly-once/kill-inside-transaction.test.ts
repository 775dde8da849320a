import test from 'ava';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {killInsideTransaction} from './fleet-faults.ts';

const kills = 20;

test('exactly once though 20 workers are killed inside their transactions', async t => {
	t.timeout(400_000);
	const fleet = await Fleet.start(t);
	for (let worker = 0; worker < 3; worker++) fleet.hire();
	await fleet.flows();
	for (let turn = 0; turn < kills; turn++) {
		const isLate = turn % 2 === 1;
		const {state, refusal} = await killInsideTransaction(fleet, {turn, isLate});
		t.is(state, 'Ongoing');
		if (isLate) t.is(refusal, 47, 'a late EndTxn is refused: INVALID_PRODUCER_EPOCH');
	}
	await assertExactlyOnce(t, fleet);
});
