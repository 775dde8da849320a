import test from 'ava';
import {formatCount, formatMicros, formatRate, formatRatio, trimZeros} from '../../../bin/bench/format.ts';
import {textTable} from '../../../bin/bench/text-table.ts';

test('three significant figures and the unit that fits', t => {
	t.deepEqual([0, 7, 999, 999.6, 1270, 12_345, 99_960, 412_000, 999_600, 4_020_000, 61_000_000].map(formatMicros), [
		'0 µs',
		'7 µs',
		'999 µs',
		'1.00 ms',
		'1.27 ms',
		'12.3 ms',
		'100 ms',
		'412 ms',
		'1.00 s',
		'4.02 s',
		'61.0 s',
	]);
});

test('rates, counts, ratios', t => {
	t.deepEqual([0.519, 9.999, 47.34, 1849.6].map(formatRate), ['0.52', '10.0', '47.3', '1,850']);
	t.is(formatCount(1_234_567), '1,234,567');
	t.is(formatRatio(87, 100), '× 0.87');
	t.is(formatRatio(1, 0), '–');
});

test('an axis has no idle zeros', t => {
	t.deepEqual(['50.0 ms', '1.00 s', '2.50 ms', '100 µs', '1,000', '0.00', '20.5'].map(trimZeros), [
		'50 ms',
		'1 s',
		'2.5 ms',
		'100 µs',
		'1,000',
		'0',
		'20.5',
	]);
});

test('a table: names to the left, figures to the right, rows of any length', t => {
	t.deepEqual(
		textTable([
			['', 'count', 'p50'],
			['acquire', '5', '1.27 ms'],
			['none', '0'],
		]),
		['         count      p50', 'acquire      5  1.27 ms', 'none         0'],
	);
});
