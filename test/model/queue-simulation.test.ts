import test from 'ava';
import fc from 'fast-check';
import {lockKinds} from '../../recipes/contender-name.ts';
import {inSequence, type Precedence} from '../../recipes/precedence.ts';
import {readers, writers} from '../../recipes/read-write-lock.ts';
import {type Kind, QueueSimulation} from './queue-simulation.ts';

const precedences: Readonly<Record<Kind, Precedence>> = {
	'lock-': inSequence('lock-', lockKinds),
	__WRIT__: writers,
	__READ__: readers,
};
const play = (sound: typeof precedences, kind: fc.Arbitrary<Kind>): fc.IProperty<[Kind[], number[]]> =>
	fc.property(
		fc.array(kind, {minLength: 2, maxLength: 6}),
		fc.array(fc.nat(), {minLength: 20, maxLength: 300, size: 'max'}),
		(who, choices) => new QueueSimulation(who, sound).play(choices),
	);
const anyKind = fc.constantFrom<Kind>('__WRIT__', '__READ__', 'lock-');

test('a mutex: nobody holds beside another, or waits for ever', t => {
	fc.assert(play(precedences, fc.constant('lock-')), {numRuns: 200});
	t.pass();
});

test('readers, writers and downgrades: nobody holds beside another, or waits for ever', t => {
	fc.assert(play(precedences, anyKind), {numRuns: 200});
	t.pass();
});

function laterToo(mine: string, names: readonly string[]): readonly string[] {
	return [...new Set([...readers.before(mine, names), ...names.filter(name => name.includes('__WRIT__'))])];
}

const broken: Readonly<Record<string, typeof precedences>> = {
	'a writer that does not think of heirs': {...precedences, __WRIT__: {...writers, mayLeaveHeir: () => false}},
	'a writer that waits for its predecessor only': {
		...precedences,
		__WRIT__: {...writers, before: (mine, names) => writers.before(mine, names).slice(-1)},
	},
	'a reader that waits for later writers too': {
		...precedences,
		__READ__: {...readers, before: laterToo},
	},
};
for (const [rule, control] of Object.entries(broken)) {
	test(`a violation with ${rule}`, t => {
		const {failed, errorInstance, counterexample} = fc.check(play(control, anyKind), {
			numRuns: 2000,
			endOnFailure: true,
		});
		t.true(failed);
		t.log(`${String(errorInstance)}; ${counterexample?.[0].join(' ')}`);
	});
}
