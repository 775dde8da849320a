import {fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Mutex} from '../../recipes/index.ts';
import type {HolderMessage} from './frozen-holder-process.ts';

const path = '/faults/frozen';
const holder = fileURLToPath(new URL('frozen-holder-process.js', import.meta.url));

const sleepsPastItsSession = test.macro(async (t, {stop}: {readonly stop: boolean}) => {
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	const folder = await mkdtemp(join(tmpdir(), 'docent-test-'));
	const file = join(folder, 'wake');
	try {
		const child = fork(holder, [server.connectString, path, file]);
		const [held] = (await once(child, 'message')) as [HolderMessage];
		if (stop) child.kill('SIGSTOP');
		const lease = await new Mutex(client, path).acquire();
		t.true(held.type === 'held' && lease.fencingToken > BigInt(held.token));
		const woke = once(child, 'message') as Promise<[HolderMessage]>;
		await writeFile(file, '');
		if (stop) child.kill('SIGCONT');
		const [report] = await woke;
		t.deepEqual(report, {
			type: 'woke',
			call: 'ABORTED',
			abortedByCall: true,
			thrown: 'LEASE_LOST',
			abortedAfterTurn: true,
		});
		await once(child, 'exit');
		// Nothing that the sleeper did has reached the new holder.
		t.false(lease.signal.aborted);
		t.is((await client.get(path)).data?.length, 0);
		await lease.release();
	} finally {
		await rm(folder, {recursive: true});
	}
});

test('a holder that was stopped past its session cannot act on its lease after the wake', sleepsPastItsSession, {
	stop: true,
});
test('nor can one whose event loop was blocked', sleepsPastItsSession, {stop: false});
