import test from 'ava';
import {Knowledge, type Step} from '../../recipes/contender-knowledge.ts';
import {lockKinds} from '../../recipes/contender-name.ts';
import {inSequence} from '../../recipes/precedence.ts';

const [first, second, third] = ['a-lock-0000000001', 'b-lock-0000000002', 'c-lock-0000000003'] as const;
const fourth = 'd-lock-0000000004';

function contender({waits = true} = {}): Knowledge {
	return new Knowledge({precedence: inSequence('lock-', lockKinds), waits});
}

/** A waiter whose node is `name`, just after its list. */
function listed(name: string, names: readonly string[]): {knowledge: Knowledge; steps: Step[]} {
	const knowledge = contender();
	knowledge.drive();
	knowledge.created(name);
	knowledge.listed(names);
	return {knowledge, steps: knowledge.drive({confirmed: true})};
}

const watch = (name: string): Step => ({step: 'watch', name});

test('alone: create and list in one flight, then held', t => {
	const knowledge = contender();
	t.deepEqual(knowledge.drive(), [{step: 'enter'}]);
	t.deepEqual(knowledge.drive(), [], 'asked once');
	knowledge.created(first);
	t.deepEqual(knowledge.drive(), [], 'the list is still out');
	t.true(knowledge.listed(['stray', first, second]));
	t.deepEqual(knowledge.drive({confirmed: true}), [{step: 'hold'}, watch(first)]);
	t.deepEqual(knowledge.drive(), []);
});

test('second: watches its own node before its predecessor, and holds without another list', t => {
	const {knowledge, steps} = listed(second, [second, first]);
	t.deepEqual(steps, [watch(second), watch(first)]);
	knowledge.armed(second);
	t.deepEqual(knowledge.drive(), []);
	knowledge.armed(first);
	knowledge.gone(first);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('a predecessor that was gone before it could be watched is gone all the same', t => {
	const {knowledge} = listed(second, [first, second]);
	knowledge.armed(second);
	knowledge.gone(first);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('the predecessor is gone, but nothing is concluded until the own node is confirmed', t => {
	const {knowledge} = listed(second, [first, second]);
	knowledge.gone(first);
	t.deepEqual(knowledge.drive(), [], 'the own watch was not answered');
	knowledge.unarmed(second);
	t.deepEqual(knowledge.drive(), [watch(second)], 'its read was lost, so it is asked again');
	knowledge.armed(second);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('third: watches two, and holds without another list when both are gone', t => {
	const {knowledge, steps} = listed(third, [first, second, third]);
	t.deepEqual(steps, [watch(third), watch(second), watch(first)]);
	knowledge.armed(third);
	knowledge.gone(second);
	t.deepEqual(knowledge.drive(), [], 'the first is watched, and still there');
	knowledge.gone(first);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('deeper: the one before the predecessor gone, the list is renewed before it is needed', t => {
	const {knowledge, steps} = listed(fourth, [first, second, third, fourth]);
	t.deepEqual(steps, [watch(fourth), watch(third), watch(second)]);
	knowledge.armed(fourth);
	knowledge.gone(second);
	t.deepEqual(knowledge.drive(), [{step: 'list'}]);
	t.deepEqual(knowledge.drive(), [], 'asked once');
	t.true(knowledge.listed([third, fourth]));
	t.deepEqual(knowledge.drive({confirmed: true}), [], 'the predecessor is watched already');
	knowledge.gone(third);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('one that withdraws from the middle proves nothing about those before it', t => {
	const {knowledge} = listed(fourth, [first, second, third, fourth]);
	knowledge.armed(fourth);
	knowledge.gone(second);
	knowledge.gone(third);
	t.deepEqual(knowledge.drive(), [watch(first)], 'the first is left');
	knowledge.armed(first);
	t.deepEqual(knowledge.drive(), []);
	knowledge.gone(first);
	t.deepEqual(knowledge.drive(), [{step: 'hold'}]);
});

test('a writer that goes may leave a reader of the same sequence: list again', t => {
	const writer = 'a-__WRIT__0000000001';
	const {knowledge} = listed(second, [writer, second]);
	knowledge.armed(second);
	knowledge.gone(writer);
	t.deepEqual(knowledge.drive(), [{step: 'list'}]);
	knowledge.listed(['x-__READ__0000000001', second]);
	t.deepEqual(knowledge.drive({confirmed: true}), [watch('x-__READ__0000000001')]);
});

test('my own node missing from the list is told', t => {
	const knowledge = contender();
	knowledge.drive();
	knowledge.created(second);
	t.false(knowledge.listed([first]));
});

test('a create that was not answered is searched for, one that never left is sent again', t => {
	const knowledge = contender();
	knowledge.drive();
	knowledge.createLost({sent: false});
	t.is(knowledge.outcome, 'none');
	t.deepEqual(knowledge.drive(), [{step: 'enter'}]);
	knowledge.createLost({sent: true});
	t.is(knowledge.outcome, 'unknown');
	t.deepEqual(knowledge.drive(), [{step: 'find'}]);
	t.deepEqual(knowledge.drive(), []);
	knowledge.findLost();
	t.deepEqual(knowledge.drive(), [{step: 'find'}]);
	knowledge.found(second, [second, first]);
	t.is(knowledge.outcome, 'created');
	t.deepEqual(knowledge.drive({confirmed: true}), [watch(second), watch(first)]);
	knowledge.gone('0');
	knowledge.unarmed(second);
	t.deepEqual(knowledge.drive(), [watch(second)]);
});

test('found first in the queue: held at once', t => {
	const knowledge = contender();
	knowledge.drive();
	knowledge.createLost({sent: true});
	knowledge.drive();
	knowledge.found(first, [second, first]);
	t.deepEqual(knowledge.drive({confirmed: true}), [{step: 'hold'}, watch(first)]);
});

test('reads that were lost with the connection are asked again, armed watches are not', t => {
	const {knowledge} = listed(second, [first, second]);
	knowledge.armed(second);
	knowledge.unarmed(first);
	t.deepEqual(knowledge.drive(), [watch(first)]);
	knowledge.armed(first);
	t.deepEqual(knowledge.drive(), []);
});

test('a list that was lost is asked again', t => {
	const writer = 'a-__WRIT__0000000001';
	const {knowledge} = listed(second, [writer, second]);
	knowledge.gone(writer);
	t.deepEqual(knowledge.drive(), [{step: 'list'}]);
	knowledge.listLost();
	t.deepEqual(knowledge.drive(), [{step: 'list'}]);
});

test('one that does not wait withdraws when somebody is before it', t => {
	const knowledge = contender({waits: false});
	knowledge.drive();
	knowledge.created(second);
	knowledge.listed([first, second]);
	t.deepEqual(knowledge.drive({confirmed: true}), [{step: 'withdraw'}]);
});

test('each knowledge has a GUID of its own', t => {
	t.not(contender().guid, contender().guid);
	t.regex(contender().guid, /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
});
