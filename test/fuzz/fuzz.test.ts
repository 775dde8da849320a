import test from 'ava';
import {until} from '../helpers/until.ts';
import {fuzz} from './fuzz.ts';

const uncaught: unknown[] = [];
process.on('uncaughtExceptionMonitor', error => uncaught.push(error));

test('100,000 mutated frames: no crash, no growth', async t => {
	const resources = process.getActiveResourcesInfo().length;
	const {accepted, answered, heapBefore, heapAfter, live} = await fuzz({frames: 100_000, seed: 1});
	t.deepEqual(uncaught, []);
	// Neither all of them nonsense nor none.
	t.true(accepted > 10_000 && accepted < 90_000, String(accepted));
	t.true(answered > live && answered < 8 * live, String(answered));
	t.true(heapAfter - heapBefore < 4 * 2 ** 20, `${heapBefore} bytes before, ${heapAfter} after`);
	await until(() => process.getActiveResourcesInfo().length <= resources);
});
