import test from 'ava';
import {median} from '../../bench/median.ts';

test('the middle, of any order', t => {
	t.is(median([3, 1, 2]), 2);
	t.is(median([40, 10, 20, 30]), 25);
	t.is(median([7]), 7);
	t.is(median([]), Number.NaN);
});
