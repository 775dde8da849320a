import test from 'ava';
import fc from 'fast-check';
import {lockKinds} from '../../recipes/contender-name.ts';
import {inSequence} from '../../recipes/precedence.ts';
import {readers, writers} from '../../recipes/read-write-lock.ts';
import type {Kind} from './played-queue.ts';
import {QueueSimulation, type Rules, type Who} from './queue-simulation.ts';

const precedences = {
	'lock-': inSequence('lock-', lockKinds),
	__WRIT__: writers,
	__READ__: readers,
};
const play = (rules: Rules, kind: fc.Arbitrary<Kind>): fc.IProperty<[Who[], number[]]> =>
	fc.property(
		fc.array(fc.tuple(kind, fc.nat(2)), {minLength: 2, maxLength: 6}),
		fc.array(fc.noBias(fc.nat()), {minLength: 20, maxLength: 300, size: 'max'}),
		(who, choices) => new QueueSimulation(who, rules).play(choices),
	);
const anyKind = fc.constantFrom<Kind>('__WRIT__', '__READ__', 'lock-');
const mutex = fc.constant<Kind>('lock-');

test('a mutex: nobody holds beside another, or waits for ever', t => {
	fc.assert(play({precedences}, mutex), {numRuns: 300});
	t.pass();
});

test('tasks that tell those of their process what they give up: nobody holds beside another, or waits for ever', t => {
	fc.assert(play({precedences, mates: 'given-up'}, mutex), {numRuns: 500});
	t.pass();
});

test('readers, writers and downgrades: nobody holds beside another, or waits for ever', t => {
	fc.assert(play({precedences}, anyKind), {numRuns: 300});
	t.pass();
});

function laterToo(mine: string, names: readonly string[]): readonly string[] {
	return [...new Set([...readers.before(mine, names), ...names.filter(name => name.includes('__WRIT__'))])];
}

const broken: Readonly<Record<string, [rules: Rules, kind: fc.Arbitrary<Kind>]>> = {
	'a writer that does not think of heirs': [
		{precedences: {...precedences, __WRIT__: {...writers, mayLeaveHeir: () => false}}},
		anyKind,
	],
	'a writer that waits for its predecessor only': [
		{
			precedences: {
				...precedences,
				__WRIT__: {...writers, before: (mine, names) => writers.before(mine, names).slice(-1)},
			},
		},
		anyKind,
	],
	'a reader that waits for later writers too': [
		{precedences: {...precedences, __READ__: {...readers, before: laterToo}}},
		anyKind,
	],
	'a task that hands over to its process past others': [{precedences, mates: 'all-before'}, mutex],
	'a task that hands over what it has lost, and may still act on': [{precedences, mates: 'lost'}, mutex],
	'a deletion that is sent once': [{precedences, mates: 'deleted-once'}, mutex],
};
for (const [rule, [rules, kind]] of Object.entries(broken)) {
	test(`a violation with ${rule}`, t => {
		const {failed, errorInstance, counterexample} = fc.check(play(rules, kind), {
			numRuns: 2000,
			endOnFailure: true,
		});
		t.true(failed);
		t.log(`${String(errorInstance)}; ${counterexample?.[0].join(' ')}`);
	});
}
