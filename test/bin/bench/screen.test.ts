import test from 'ava';
import {type Look, progressLine} from '../../../bin/bench/screen.ts';

const look: Look = {
	share: 0.5,
	remaining: 4200,
	count: 1234,
	perSecond: 321.4,
	p50: 1270,
	p99: 45_000,
	errors: 0,
	lostLeases: 0,
};

test('how far, how long, how fast', t => {
	t.is(progressLine(look), '━━━━━━━━━━────────── 5 s left · 1,234 done · 321/s · p50 1.27 ms · p99 45.0 ms');
});

test('before the start it warms up', t => {
	t.is(progressLine({...look, share: -0.2}), '──────────────────── warming up');
});

test('troubles are told, and nothing of latencies that nobody measured', t => {
	t.is(
		progressLine({...look, share: 1.2, remaining: -5, count: 0, errors: 3, lostLeases: 1}),
		'━━━━━━━━━━━━━━━━━━━━ 0 s left · 3 errors · 1 leases lost',
	);
});

test('where nobody knows how long, only how far', t => {
	t.is(progressLine({...look, remaining: undefined, count: 0}), '━━━━━━━━━━────────── 50 %');
});
