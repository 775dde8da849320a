import test from 'ava';
import {linear, linearTicks, logarithmic, logarithmicTicks} from '../../../../bin/bench/report/scale.ts';

test('values land between the ends', t => {
	t.deepEqual([0, 5, 10].map(linear([0, 10], [100, 0])), [100, 50, 0]);
	const log = logarithmic([1, 100], [0, 2]);
	t.deepEqual(
		[0, 1, 10, 100].map(value => Math.round(log(value) * 1e6) / 1e6),
		[0, 0, 1, 2],
	);
	t.is(linear([3, 3], [1, 2])(3), 1);
});

test('ticks are round, few, and reach the top', t => {
	t.deepEqual(linearTicks(170), [0, 50, 100, 150, 200]);
	t.deepEqual(linearTicks(10), [0, 2, 4, 6, 8, 10]);
	t.deepEqual(linearTicks(1), [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
	t.deepEqual(logarithmicTicks([90, 3000]), [100, 200, 500, 1000, 2000]);
	t.deepEqual(logarithmicTicks([90, 3_000_000]), [100, 1000, 10_000, 100_000, 1_000_000]);
});
