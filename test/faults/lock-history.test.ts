import test from 'ava';
import {FencedResource, violations, type WorkEvent} from './lock-history.ts';

const work = (token: bigint, worker = 'a'): WorkEvent[] => [
	{type: 'begin', token, worker},
	{type: 'end', token, worker},
];

test('work in turn under growing tokens is in order', t => {
	t.deepEqual(violations([...work(1n), ...work(2n, 'b'), ...work(5n)]), []);
});

test('two that work at once are found', t => {
	const [beginA, endA] = work(1n) as [WorkEvent, WorkEvent];
	const [beginB, endB] = work(2n, 'b') as [WorkEvent, WorkEvent];
	t.is(violations([beginA, beginB, endA, endB]).length, 1);
});

test('a token that does not grow is found', t => {
	t.is(violations([...work(2n), ...work(2n, 'b')]).length, 1);
	t.is(violations([...work(2n), ...work(1n, 'b')]).length, 1);
});

test('a fenced resource refuses whoever comes late', t => {
	const resource = new FencedResource();
	t.true(resource.begin('a', 1n));
	t.true(resource.begin('b', 2n));
	t.false(resource.end('a', 1n));
	t.true(resource.end('b', 2n));
	t.false(resource.begin('a', 1n));
	t.is(resource.refused, 2);
	t.deepEqual(violations(resource.history), []);
});
