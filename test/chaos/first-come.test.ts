import test from 'ava';
import {firstCome} from './first-come.ts';
import type {Tenure} from './history.ts';
import {tenureOf} from './tenure-of.ts';

const served = (from: number, askedAt: number, queuedAt: number | undefined, more: Partial<Tenure> = {}) =>
	tenureOf(from, from + 1, {askedAt, queuedAt, ...more});

test('in the order of their places', t => {
	t.deepEqual(firstCome([served(10, 1, 2), served(20, 3, 4), served(30, 5, 6)]), []);
});

test('who asked after another had its place and was served before it is found', t => {
	t.is(firstCome([served(20, 3, 4), served(30, 1, 2)]).length, 1);
});

test('who asked while the other had no place yet may come first, and so may anybody before one without a known place', t => {
	t.deepEqual(firstCome([served(20, 3, 5), served(30, 1, 4)]), []);
	t.deepEqual(firstCome([served(20, 3, 4), served(30, 1, undefined)]), []);
});

test('those who share may begin in any order, but their tokens are in order', t => {
	const shared = {role: 'shared'} as const;
	t.deepEqual(firstCome([served(20, 3, 4, {...shared, token: 9n}), served(30, 1, 2, {...shared, token: 8n})]), []);
	t.is(firstCome([served(20, 3, 4, {...shared, token: 8n}), served(30, 1, 2, {...shared, token: 9n})]).length, 1);
});
