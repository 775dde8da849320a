import {constants, cpus, getPriority} from 'node:os';
import test from 'ava';
import {KeptAwake} from '../../bench/kept-awake.ts';

test('a process of the lowest priority for each processor, and none afterwards', async t => {
	const awake = await KeptAwake.start();
	const {pids} = awake;
	t.is(pids.length, cpus().length);
	for (const pid of pids) t.is(getPriority(pid), constants.priority.PRIORITY_LOW);
	await awake[Symbol.asyncDispose]();
	for (const pid of pids) t.throws(() => process.kill(pid, 0), {code: 'ESRCH'});
});
