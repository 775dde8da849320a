import test from 'ava';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {blockPastSession, freezePastSession} from './fleet-faults.ts';

test('exactly once though workers are frozen past their sessions', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t);
	for (let worker = 0; worker < 3; worker++) fleet.hire();
	await fleet.flows();
	for (let turn = 0; turn < 5; turn++) await freezePastSession(fleet, {turn, isInside: turn % 2 === 0});
	await blockPastSession(fleet);
	await assertExactlyOnce(t, fleet);
});
