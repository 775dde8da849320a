import test from 'ava';
import {DemoError} from '../../../bin/demo/demo-error.ts';
import {until} from '../../../bin/demo/until.ts';

const {signal} = new AbortController();

test('it looks until something is found', async t => {
	let looks = 0;
	t.is(await until('the third look', () => (++looks === 3 ? 'found' : undefined), {signal}), 'found');
	t.is(looks, 3);
});

test('patience ends', async t => {
	const waiting = until('a miracle', () => undefined, {signal, patience: 0});
	await t.throwsAsync(waiting, {instanceOf: DemoError, code: 'NOT_IN_TIME', message: 'a miracle: not within 0 s'});
});

test('so it does by the signal', async t => {
	const controller = new AbortController();
	const waiting = until('a miracle', () => undefined, {signal: controller.signal});
	controller.abort();
	await t.throwsAsync(waiting, {name: 'AbortError'});
});

test('a look that fails ends it', async t => {
	const look = async (): Promise<undefined> => {
		throw new Error('blind');
	};
	await t.throwsAsync(until('a miracle', look, {signal}), {message: 'blind'});
});
