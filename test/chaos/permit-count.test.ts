import test from 'ava';
import {permitCount} from './permit-count.ts';
import {tenureOf} from './tenure-of.ts';

const take = (from: number, until: number, permits: number) => tenureOf(from, until, {role: 'permits', permits});

test('as many as there are, again and again', t => {
	t.deepEqual(permitCount([take(1, 4, 2), take(2, 3, 1), take(3.5, 6, 1), take(5, 7, 2)], 3), []);
});

test('one too many is found, by its number of permits', t => {
	t.is(permitCount([take(1, 4, 1), take(2, 4, 1), take(3, 4, 1), take(3.5, 5, 1)], 3).length, 1);
	t.is(permitCount([take(1, 4, 2), take(2, 3, 2)], 3).length, 1);
});

test('what ended before does not count', t => {
	t.deepEqual(permitCount([take(1, 2, 3), take(2.1, 3, 3)], 3), []);
});
