import {getEventListeners} from 'node:events';
import test from 'ava';
import {Latest} from '../../lib/util/latest.ts';

test('a reader begins with the value of now and skips what was replaced', async t => {
	const latest = new Latest<number>();
	const reader = latest.values();
	const first = reader.next();
	latest.set(1);
	t.is((await first).value, 1);
	latest.set(2);
	latest.set(3);
	t.is((await reader.next()).value, 3);
	t.is((await latest.values().next()).value, 3);
	t.is(latest.value, 3);
});

test('the same value set again is a change', async t => {
	const latest = new Latest<string>();
	latest.set('a');
	const reader = latest.values();
	await reader.next();
	const next = reader.next();
	latest.set('a');
	t.deepEqual(await next, {done: false, value: 'a'});
});

test('end and abort end the iteration, and leave no listener', async t => {
	const latest = new Latest<number>();
	const controller = new AbortController();
	const aborted = latest.values({signal: controller.signal}).next();
	const ended = latest.values().next();
	controller.abort();
	t.true((await aborted).done);
	t.is(getEventListeners(controller.signal, 'abort').length, 0);
	latest.end();
	t.true((await ended).done);
	latest.set(1);
	t.true((await latest.values().next()).done);
});
