import test from 'ava';
import {explore} from './explore.ts';
import {type Bounds, type Variant, variants, workerTransaction} from './worker-transaction.ts';

const sound: readonly Bounds[] = [
	{lanes: 1, workers: 2, ends: 1, unknowns: 1},
	{lanes: 1, workers: 2, ends: 2, unknowns: 0},
	{lanes: 2, workers: 2, ends: 0, unknowns: 1},
];
for (const bounds of sound)
	test(`no violation within ${JSON.stringify(bounds)}`, t => {
		const {violation, explored, done} = explore(workerTransaction(bounds));
		t.is(violation, undefined);
		t.true(done > 0);
		t.log(`${explored} states, all records emitted in ${done} of them`);
	});

const narrow: Bounds = {lanes: 1, workers: 2, ends: 1, unknowns: 1};
/** An id that was overwritten before it was fenced does harm only two owners later. */
const boundsOf: Partial<Record<Variant, Bounds>> = {'record-first': {lanes: 1, workers: 2, ends: 2, unknowns: 0}};
for (const variant of variants)
	test(`a violation without the rule: ${variant}`, t => {
		const {violation} = explore(workerTransaction(boundsOf[variant] ?? narrow, variant));
		t.truthy(violation);
		t.log(`${violation?.what}, after ${violation?.path.length} steps`);
	});
