import test from 'ava';
import fc from 'fast-check';
import {jainIndex} from '../../../bin/bench/jain.ts';

test('1 when all got the same, 1/n when one got all', t => {
	t.is(jainIndex([7, 7, 7, 7]), 1);
	t.is(jainIndex([28, 0, 0, 0]), 0.25);
	t.is(jainIndex([2, 1]), 9 / 10);
});

test('nobody got anything: there is nothing to say', t => {
	t.is(jainIndex([0, 0]), undefined);
	t.is(jainIndex([]), undefined);
});

test('never outside 1/n to 1, and the same at any scale', t => {
	const shares = fc.array(fc.integer({min: 0, max: 1_000_000}), {minLength: 1, maxLength: 50});
	fc.assert(
		fc.property(shares, fc.integer({min: 2, max: 100}), (list, factor) => {
			const index = jainIndex(list);
			if (index === undefined) return list.every(share => share === 0);
			const scaled = jainIndex(list.map(share => share * factor)) ?? Number.NaN;
			return index > 1 / list.length - 1e-9 && index < 1 + 1e-9 && Math.abs(index - scaled) < 1e-9;
		}),
	);
	t.pass();
});
