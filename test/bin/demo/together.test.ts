import {once} from 'node:events';
import test from 'ava';
import {together} from '../../../bin/demo/together.ts';

async function untilAborted(signal: AbortSignal): Promise<void> {
	if (!signal.aborted) await once(signal, 'abort');
}

test('it waits for all', async t => {
	const done: number[] = [];
	const task = (number: number) => async () => {
		await new Promise(setImmediate);
		done.push(number);
	};
	await together(new AbortController().signal, [task(1), task(2)]);
	t.deepEqual(done, [1, 2]);
});

test('the first failure ends the others, and is the one that is told', async t => {
	let ended = false;
	const tasks = [
		async (signal: AbortSignal) => {
			await untilAborted(signal);
			ended = true;
			throw new Error('second');
		},
		async () => {
			throw new Error('first');
		},
	];
	await t.throwsAsync(together(new AbortController().signal, tasks), {message: 'first'});
	t.true(ended);
});

test('an abort ends them all', async t => {
	const controller = new AbortController();
	const running = together(controller.signal, [untilAborted, untilAborted]);
	controller.abort(new Error('enough'));
	await t.throwsAsync(running, {message: 'enough'});
});
