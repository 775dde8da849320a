import test from 'ava';
import {Tally} from '../../../bin/bench/tally.ts';
import type {LockWorkload} from '../../../bin/bench/workload.ts';

const lock: LockWorkload = {
	kind: 'lock',
	sessionTimeout: 10_000,
	connectTimeout: 10_000,
	duration: 4000,
	warmUp: 0,
	contenders: 4,
	processes: 1,
	paths: 1,
	hold: 0,
};

function turn(tally: Tally, contender: number, acquiredAt: number, releasedAt: number): void {
	tally.add({series: 0, contender, at: acquiredAt, took: 1000});
	tally.add({series: 1, contender, at: releasedAt, took: 500});
}

test('two contenders in turn: series, hand-off, fairness', t => {
	const tally = new Tally({...lock, contenders: 2});
	turn(tally, 0, 10_000, 20_000);
	turn(tally, 1, 21_000, 30_000);
	turn(tally, 0, 31_000, 40_000);
	const {series, fairness, contenders, lostLeases, errors} = tally.measured();
	t.deepEqual(
		series.map(({name, count}) => [name, count]),
		[
			['acquire', 3],
			['release', 3],
			['hand-off', 2],
		],
	);
	// The release began 500 µs before it ended, and its end is 1000 µs before the other's acquisition.
	t.is(series[2]?.min, 1500);
	t.deepEqual(contenders, [2, 1]);
	t.is(fairness, 0.9);
	t.is(lostLeases, 0);
	t.deepEqual(errors, {});
});

test('the fairness of many locks is the mean of theirs', t => {
	const tally = new Tally({...lock, paths: 2});
	// Contenders 0 and 2 share the first, 1 and 3 the second.
	for (const contender of [0, 2, 1, 1]) turn(tally, contender, 10_000 * (contender + 1), 10_000 * (contender + 1) + 10);
	t.is(tally.measured().fairness, (1 + 0.5) / 2);
});

test('what ends after the end is not counted', t => {
	const tally = new Tally(lock);
	turn(tally, 0, 4_000_001, 4_000_002);
	t.deepEqual(
		tally.measured().series.map(({count}) => count),
		[0, 0, 0],
	);
	t.is(tally.measured().fairness, undefined);
});

test('the timeline tells of the intervals without a call, too', t => {
	const tally = new Tally(lock);
	turn(tally, 0, 50_000, 60_000);
	turn(tally, 0, 350_000, 360_000);
	const {interval, intervals} = tally.measured().timeline;
	t.is(interval, 0.1);
	t.deepEqual(
		intervals.map(({count}) => count),
		[1, 0, 0, 1],
	);
	t.is(tally.progress(150_000).perSecond, 0);
	t.is(tally.progress(650_000).perSecond, 5);
	t.is(tally.progress(2_000_000).perSecond, 0);
});

test('errors are counted by their code, with the latest one in words', t => {
	const tally = new Tally(lock);
	tally.error('NO_AUTH', 'create /a');
	tally.error('NO_AUTH', 'create /b');
	tally.lost();
	const {errors, errorMessages, lostLeases} = tally.measured();
	t.deepEqual([errors, errorMessages, lostLeases], [{NO_AUTH: 2}, {NO_AUTH: 'create /b'}, 1]);
	t.like(tally.progress(0), {count: 0, errors: 2, lostLeases: 1});
});

test('requests are told for one turn', t => {
	const tally = new Tally(lock);
	t.is(tally.measured().requestsPerTurn, undefined);
	turn(tally, 0, 10_000, 20_000);
	turn(tally, 0, 30_000, 40_000);
	tally.requests(6, 1.5);
	tally.requests(3, 2.5);
	t.is(tally.measured().requestsPerTurn, 4.5);
	t.is(tally.measured().roundTripsPerAcquisition, 2);
});

test('a rate is of the time in which there were calls', t => {
	const tally = new Tally({...lock, kind: 'raw', inFlight: 1, size: 0});
	for (let at = 1_100_000; at <= 2_000_000; at += 100_000) tally.add({series: 1, contender: 0, at, took: 100_000});
	const [create, get] = tally.measured().series;
	t.is(create?.perSecond, undefined);
	t.is(get?.perSecond, 10);
});
