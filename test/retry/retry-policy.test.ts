import test from 'ava';
import fc from 'fast-check';
import {
	boundedExponentialBackoff,
	exponentialBackoff,
	forever,
	InvalidArgumentError,
	nTimes,
	oneTime,
	type RetryPolicy,
	untilElapsed,
} from '../../lib/index.ts';

const error = new Error('lost');
const at = (policy: RetryPolicy, attempt: number, elapsed = 0): number | undefined => policy({attempt, elapsed, error});

test('the fixed policies, as a table', t => {
	const rows: readonly [string, RetryPolicy, number, number, number | undefined][] = [
		['nTimes', nTimes(2, 7), 1, 0, 7],
		['nTimes', nTimes(2, 7), 2, 1e9, 7],
		['nTimes', nTimes(2, 7), 3, 0, undefined],
		['nTimes(0)', nTimes(0, 7), 1, 0, undefined],
		['oneTime', oneTime(5), 1, 0, 5],
		['oneTime', oneTime(5), 2, 0, undefined],
		['untilElapsed', untilElapsed(100, 5), 99, 99, 5],
		['untilElapsed', untilElapsed(100, 5), 1, 100, undefined],
		['forever', forever(9), 1_000_000, 1e12, 9],
	];
	for (const [name, policy, attempt, elapsed, delay] of rows) t.is(at(policy, attempt, elapsed), delay, name);
});

test('exponential back-off grows within its bounds and ends', t => {
	fc.assert(
		fc.property(
			fc.integer({min: 0, max: 1000}),
			fc.integer({min: 0, max: 60_000}),
			fc.integer({min: 0, max: 100}),
			fc.integer({min: 1, max: 120}),
			(base, max, retries, attempt) => {
				const unbounded = at(exponentialBackoff(base, retries), attempt);
				const bounded = at(boundedExponentialBackoff(base, max, retries), attempt);
				t.is(unbounded === undefined, attempt > retries);
				t.is(bounded === undefined, attempt > retries);
				if (unbounded === undefined || bounded === undefined) return;
				t.true(unbounded >= base && unbounded <= base * 2 ** attempt && Number.isFinite(unbounded));
				t.true(bounded >= Math.min(base, max) && bounded <= max);
			},
		),
	);
});

test('bad bounds are refused', t => {
	for (const make of [
		() => nTimes(-1, 0),
		() => nTimes(1.5, 0),
		() => nTimes(1, -1),
		() => oneTime(Number.NaN),
		() => untilElapsed(-1, 0),
		() => untilElapsed(Infinity, Infinity),
		() => forever(Infinity),
		() => exponentialBackoff(-1, 1),
		() => exponentialBackoff(1, Infinity),
		() => boundedExponentialBackoff(1, -1, 1),
	])
		t.throws(make, {instanceOf: InvalidArgumentError});
});
