import test from 'ava';
import {bucketGrowth, isTold, Latencies, shownPercentiles} from '../../../bin/bench/latencies.ts';

test('percentiles to three significant figures', t => {
	const latencies = new Latencies();
	for (let micros = 1; micros <= 10_000; micros++) latencies.record(micros);
	const {count, min, max, mean, percentiles} = latencies.summary();
	t.is(count, 10_000);
	t.is(min, 1);
	t.true(Math.abs(mean / 5000 - 1) < 0.01);
	t.true(Math.abs(max / 10_000 - 1) < 0.001);
	for (const [index, percentile] of shownPercentiles.entries())
		t.true(Math.abs((percentiles[index] ?? 0) / (percentile * 100) - 1) < 0.002, `p${percentile}`);
});

test('the buckets hold everything, each where it belongs', t => {
	const latencies = new Latencies();
	for (const micros of [0, 1, 100, 100, 5000, 2 ** 40]) latencies.record(micros);
	const {buckets} = latencies.summary();
	t.is(
		buckets.reduce((sum, [, hits]) => sum + hits, 0),
		6,
	);
	t.deepEqual(buckets.find(([from]) => from <= 100 && from * bucketGrowth > 100)?.[1], 2);
	t.deepEqual(
		buckets.map(([from]) => from),
		buckets.map(([from]) => from).toSorted((a, b) => a - b),
	);
});

test('a percentile needs a sample beyond it', t => {
	t.deepEqual(
		[isTold(50, 1), isTold(75, 3), isTold(99, 100), isTold(99, 99), isTold(99.9, 1000), isTold(99.9, 999)],
		[true, false, true, false, true, false],
	);
});

test('without a sample there is nothing but noughts', t => {
	const latencies = new Latencies();
	t.is(latencies.percentile(50), 0);
	t.deepEqual(latencies.summary(), {
		count: 0,
		min: 0,
		mean: 0,
		max: 0,
		percentiles: shownPercentiles.map(() => 0),
		buckets: [],
	});
});
