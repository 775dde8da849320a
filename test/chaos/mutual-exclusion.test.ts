import test from 'ava';
import {mutualExclusion} from './mutual-exclusion.ts';
import {tenureOf} from './tenure-of.ts';

test('one after another is right', t => {
	t.deepEqual(mutualExclusion([]), []);
	t.deepEqual(mutualExclusion([tenureOf(1, 2), tenureOf(3, 3), tenureOf(4, 9)]), []);
});

test('two that meet are found, be it in one instant', t => {
	t.is(mutualExclusion([tenureOf(1, 3), tenureOf(2, 4)]).length, 1);
	t.is(mutualExclusion([tenureOf(1, 3), tenureOf(3, 4)]).length, 1);
});

test('one that lasts is held against everybody who comes meanwhile, not only the next', t => {
	t.is(mutualExclusion([tenureOf(1, 9), tenureOf(2, 3), tenureOf(5, 6), tenureOf(10, 11)]).length, 2);
});
