import test from 'ava';
import fc from 'fast-check';
import {dialTimeout, pauseAfter} from '../../../lib/driver/wire/pacing.ts';

const servers = fc.integer({min: 1, max: 9});

test('a pause follows each full round without success, ever longer up to a second', t => {
	fc.assert(
		fc.property(servers, fc.integer({min: 1, max: 1000}), (size, round) => {
			const longest = Math.min(1000, 50 * 2 ** Math.min(10, round));
			const pause = pauseAfter(round * size, size);
			t.true(pause >= longest / 2 && pause <= longest);
		}),
	);
});

test('within a round the next server is dialled at once', t => {
	t.is(pauseAfter(0, 3), 0);
	for (const failures of [1, 2, 4, 5, 100]) t.is(pauseAfter(failures, 3), 0);
});

test('a dial leaves time for others in the session, but is not cut too short', t => {
	t.is(dialTimeout(30_000, 1), 10_000);
	t.is(dialTimeout(30_000, 5), 6000);
	t.is(dialTimeout(4000, 1), 1333);
	t.is(dialTimeout(600, 9), 500);
});
