import test from 'ava';
import {
	hasGuid,
	inCuratorOrder,
	inOrder,
	isExhausted,
	latchKinds,
	lockKinds,
	protectedName,
	sequenceOf,
} from '../../recipes/contender-name.ts';

const guid = 'f3a0f7c2-7d0f-4b5c-9a43-3f5b0a3f9a11';

test('names are those of Curator', t => {
	t.is(protectedName(guid, 'lock-'), `_c_${guid}-lock-`);
	t.true(hasGuid(`_c_${guid}-lock-0000000007`, guid));
	t.false(hasGuid('_c_00000000-7d0f-4b5c-9a43-3f5b0a3f9a11-lock-0000000007', guid));
});

test('the lock names of Curator, go-zookeeper and kazoo take part, others do not', t => {
	const hex = guid.replaceAll('-', '');
	t.is(sequenceOf(`_c_${guid}-lock-0000000012`, lockKinds), 12);
	t.is(sequenceOf(`_c_${hex}-lock-0000000012`, lockKinds), 12);
	t.is(sequenceOf(`${hex}__lock__0000000012`, lockKinds), 12);
	t.is(sequenceOf(`${hex}__rlock__0000000012`, lockKinds), 12);
	t.is(sequenceOf(`_c_${guid}-__WRIT__0000000012`, lockKinds), 12);
	t.is(sequenceOf(`_c_${guid}-__READ__0000000012`, lockKinds), 12);
	t.is(sequenceOf(`_c_${guid}-latch-0000000012`, latchKinds), 12);
	for (const name of ['0', 'zzz', `_c_${guid}-lock-`, `_c_${guid}-lock-123`, '-lock-123456789', 'x-lock-00000000012'])
		t.is(sequenceOf(name, lockKinds), undefined, name);
	t.is(sequenceOf(`_c_${guid}-latch-0000000012`, lockKinds), undefined);
});

test('the sequence is a signed number of 32 bits, as Java prints it', t => {
	t.is(sequenceOf('a-lock-2147483647', lockKinds), 2 ** 31 - 1);
	t.is(sequenceOf('a-lock--2147483648', lockKinds), -(2 ** 31));
	t.is(sequenceOf('a-lock--000000001', lockKinds), -1);
	t.is(sequenceOf('a__lock__-000000001', lockKinds), -1);
	t.false(isExhausted(0));
	t.false(isExhausted(2 ** 31 - 2 ** 20 - 1));
	t.true(isExhausted(2 ** 31 - 2 ** 20));
	t.true(isExhausted(-1));
});

test('the queue is in the order of the sequences, whoever wrote the names', t => {
	const wrapped = ['a-lock--2147483648', 'a-lock--2147483647'];
	const names = [...wrapped, 'z-lock-0000000001', 'stray', 'a-lock-0000000010', 'b__lock__0000000009'];
	t.deepEqual(inOrder(names, lockKinds), [
		'a-lock--2147483647',
		'a-lock--2147483648',
		'z-lock-0000000001',
		'b__lock__0000000009',
		'a-lock-0000000010',
	]);
});

test('Curator sorts all children by what follows the last name of the recipe, as strings', t => {
	const names = [
		'zzz',
		'b-lock-0000000010',
		'lock-a-lock-0000000009',
		'0',
		'c-lock--000000001',
		'_c_x-__WRIT__0000000001',
		'lock-',
	];
	t.deepEqual(inCuratorOrder(names, 'lock-'), [
		'lock-',
		'c-lock--000000001',
		'0',
		'lock-a-lock-0000000009',
		'b-lock-0000000010',
		'_c_x-__WRIT__0000000001',
		'zzz',
	]);
});
