import test from 'ava';
import type {Server} from '../../../lib/driver/wire/ensemble.ts';
import {Ensemble} from '../../../lib/driver/wire/ensemble.ts';
import {rebalance} from '../../../lib/driver/wire/rebalance.ts';

/** One server a letter. */
const servers = (letters: string): Server[] => letters.split('').map(name => ({host: name, port: 2181, name}));
const [a] = servers('a');

const cases: readonly (readonly [string, string, string, number, boolean, 'new' | 'known'])[] = [
	// before, after, random, leaves, goes first to: 3 → 5 moves 40 % of the clients, to the new ones.
	['three to five, below the chance', 'abc', 'abcde', 0.39, true, 'new'],
	['three to five, above it', 'abc', 'abcde', 0.41, false, 'new'],
	['five to three, still there', 'abcde', 'abc', 0, false, 'known'],
	['five to three, gone', 'abcde', 'bcd', 0.99, true, 'known'],
	['all others', 'abc', 'def', 0, true, 'new'],
	['grown, and gone', 'abc', 'bcdef', 0, true, 'new'],
	// o = 2, s = 4, o + n = 3: 2 · 1 / (3 · 2) = 1/3 to the known ones.
	['fewer, some new, below the chance', 'abcd', 'bce', 0.33, true, 'known'],
	['fewer, some new, above it', 'abcd', 'bce', 0.34, true, 'new'],
	['the same', 'abc', 'cba', 0, false, 'known'],
];
for (const [title, before, after, random, leave, first] of cases) {
	test(title, t => {
		const decision = rebalance({before: servers(before), after: servers(after), current: a, random});
		t.is(decision.leave, leave);
		if (leave) t.is(decision.first, first);
	});
}

test('a fleet of clients is spread evenly afterwards', t => {
	for (const [before, after] of [
		['abc', 'abcde'],
		['abcde', 'abc'],
		['abcd', 'bcef'],
		['abcd', 'bce'],
	] as const) {
		const loads = new Map<string, number>();
		const perServer = 3000;
		for (const {host} of servers(before).flatMap(server => Array.from({length: perServer}, () => server))) {
			const ensemble = new Ensemble(servers(before));
			const leaves = ensemble.replace(servers(after), {host, port: 2181, name: host});
			const at = leaves ? ensemble.next().host : host;
			loads.set(at, (loads.get(at) ?? 0) + 1);
		}
		const even = (before.length * perServer) / after.length;
		for (const name of after) t.true(Math.abs((loads.get(name) ?? 0) / even - 1) < 0.15, `${before} ${after} ${name}`);
	}
});
