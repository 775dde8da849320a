import test from 'ava';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {changePlans, comeAndGo} from './fleet-faults.ts';

test('exactly once though the plan changes every second for 20 s', async t => {
	t.timeout(240_000);
	// Each worker also commits what has not moved: such a commit must not outlive the hand-over of its lane.
	const fleet = await Fleet.start(t, {orders: {carrierRefreshInterval: 100}});
	for (let worker = 0; worker < 2; worker++) fleet.hire();
	await fleet.flows();
	const generations = await changePlans(fleet, 20);
	t.true(generations >= 20);
	await assertExactlyOnce(t, fleet);
});

test('exactly once though a handler takes longer than a commit, and workers come and go', async t => {
	t.timeout(240_000);
	const fleet = await Fleet.start(t, {rate: 3, orders: {handlerTime: 200}});
	for (let worker = 0; worker < 2; worker++) fleet.hire();
	await fleet.flows();
	for (let turn = 0; turn < 3; turn++) await comeAndGo(fleet, turn);
	await assertExactlyOnce(t, fleet);
});
