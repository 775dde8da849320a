import test from 'ava';
import {formatDuration, parseDuration} from '../../../bin/bench/duration.ts';

test('durations with a unit, and a bare nought', t => {
	t.deepEqual(['0', '5ms', '1.5s', '2m', '0.5ms'].map(parseDuration), [0, 5, 1500, 120_000, 0.5]);
});

test('anything else is none', t => {
	for (const text of ['', '5', 's', '-1s', '1 s', '1h', '1e3ms', '.5s', 'NaNs'])
		t.is(parseDuration(text), undefined, text);
});

test('what is written can be read', t => {
	for (const duration of [0, 5, 999, 1000, 1500, 120_000]) t.is(parseDuration(formatDuration(duration)), duration);
});
