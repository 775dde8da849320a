import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {alone, type Contender, play} from './take-turns.ts';

/** Has what it asks for at once, whoever holds it. */
function careless(library: Contender['library']): Contender {
	return {library, acquire: () => setImmediate(), release: () => setImmediate()};
}

test('a lock that excludes nobody is found out', async t => {
	const {violations, granted} = await play(50, [careless('docent'), careless('curator')], alone);
	t.true(violations.length > 0);
	t.true([...granted.values()].reduce((sum, count) => sum + count) > 50);
});

test('a lock that excludes is not', async t => {
	let previous = Promise.resolve();
	const queueing = (library: Contender['library']): Contender => {
		let leave = (): void => {};
		return {
			library,
			async acquire() {
				const turn = previous;
				previous = new Promise(resolve => {
					leave = resolve;
				});
				await turn;
			},
			release: async () => leave(),
		};
	};
	const {violations} = await play(50, [queueing('docent'), queueing('curator'), queueing('kazoo')], alone);
	t.deepEqual(violations, []);
});
