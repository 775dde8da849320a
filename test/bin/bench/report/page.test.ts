import test from 'ava';
import {renderPage} from '../../../../bin/bench/report/page.ts';
import type {BenchResult} from '../../../../bin/bench/result.ts';
import {renderSummary} from '../../../../bin/bench/summary.ts';
import {Tally} from '../../../../bin/bench/tally.ts';

function result(took: number, changes: Partial<BenchResult> = {}): BenchResult {
	const tally = new Tally({
		kind: 'lock',
		sessionTimeout: 10_000,
		connectTimeout: 10_000,
		duration: 4000,
		warmUp: 0,
		contenders: 2,
		processes: 1,
		paths: 1,
		hold: 0,
	});
	for (let at = 0; at < 2_000_000; at += 10_000) {
		tally.add({series: 0, contender: (at / 10_000) % 2, at, took: took + at / 1000});
		tally.add({series: 1, contender: (at / 10_000) % 2, at: at + 5000, took: 700});
	}
	return {
		format: 1,
		workload: 'lock',
		settings: {contenders: '2'},
		target: 'zk1:2181/app',
		startedAt: '2026-01-02T03:04:05.678Z',
		seconds: 4,
		ended: 'complete',
		machine: 'a machine',
		roundTrip: 900,
		...tally.measured(),
		...changes,
	};
}

test('one page that loads nothing', t => {
	const page = renderPage(result(1000));
	t.regex(page, /^<!doctype html>/);
	t.notRegex(page, /\b(?:src|href)=|@import|url\(|<script/);
	t.notRegex(page, /NaN|undefined|Infinity/);
	for (const text of ['zk1:2181/app', 'acquire', 'hand-off', 'p99.9', '900 µs', 'Jain'])
		t.true(page.includes(text), text);
	t.false(page.includes('class="before"'));
});

test('an earlier run is drawn over it, and put in ratios', t => {
	const page = renderPage(result(2000, {client: 'kazoo 2.11.0'}), result(1000));
	t.true(page.includes('<p>kazoo 2.11.0 on zk1:2181/app</p>'));
	t.true(page.includes('before: Docent on zk1:2181/app, 2026-01-02 03:04 UTC'));
	t.is(page.match(/class="before"/g)?.length, 4);
	t.notRegex(page, /NaN|undefined|Infinity/);
	const [now, before] = [result(2000), result(1000)].map(({series}) => series[0]?.percentiles[0] ?? 0);
	t.true(page.includes(`× ${((now ?? 0) / (before ?? 1)).toFixed(2)}`));
});

test('a run in which nothing was measured is a page too', t => {
	const nothing = new Tally({
		kind: 'election',
		sessionTimeout: 1,
		connectTimeout: 1,
		contenders: 3,
		rounds: 1,
		kills: 1,
	});
	const empty = result(1000, {ended: 'failed', ...nothing.measured()});
	const page = renderPage(empty, result(1000));
	t.notRegex(page, /NaN|undefined|Infinity/);
	t.regex(page, /cut short by a failure/);
});

test('what comes from outside is shown, not run', t => {
	const page = renderPage(
		result(1000, {
			target: '<script>alert(1)</script>',
			errors: {NO_AUTH: 3},
			errorMessages: {NO_AUTH: 'create </p> "x"'},
		}),
	);
	t.notRegex(page, /<script/);
	t.true(page.includes('3 × NO_AUTH, such as: create &lt;/p&gt; &quot;x&quot;'));
});

test('the terminal gets the same figures', t => {
	const text = renderSummary(
		result(2000, {ended: 'interrupted', errors: {NO_AUTH: 3}, errorMessages: {NO_AUTH: 'no'}}),
		result(1000, {client: 'Curator 5.9.0'}),
	).join('\n');
	t.regex(text, /^docent bench lock, Docent on zk1:2181\/app \(interrupted/);
	t.regex(text, /acquire +200 +\d+/);
	t.regex(text, /^before: Curator 5\.9\.0 on zk1:2181\/app, 2026-01-02 03:04 UTC$/m);
	t.regex(text, / {2}to before +× \d/);
	t.regex(text, /fairness 1\.000 \(Jain's index, 1 is best\) \(before 1\.000\)/);
	t.regex(text, /3 × NO_AUTH, such as: no/);
});
