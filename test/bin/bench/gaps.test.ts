import test from 'ava';
import {gapsBetween} from '../../../bin/bench/gaps.ts';

test('each release with the acquisition after it, in whatever order they came', t => {
	t.deepEqual(gapsBetween([250, 100], [120, 0, 260]), [20, 10]);
});

test('what misses its other half counts for nothing', t => {
	t.deepEqual(gapsBetween([], []), []);
	t.deepEqual(gapsBetween([100, 110], [50, 120]), [10]);
	t.deepEqual(gapsBetween([100], [0, 50]), []);
});
