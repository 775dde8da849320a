import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {FencedResource, violations} from './lock-history.ts';
import type {ParentMessage, WorkerMessage} from './lock-worker.ts';

const processes = 4;
const contenders = 2;
const acquisitions = 2000;
const path = '/faults/mutex';
const worker = fileURLToPath(new URL('lock-worker.js', import.meta.url));

type Worker = {
	readonly process: ChildProcess;
	readonly proxy: FaultProxy;
	session: {readonly id: bigint; readonly password: Buffer} | undefined;
	lost: number;
};

test('8 contenders in 4 processes under resets and expiries: no overlap, growing tokens, nothing left', async t => {
	t.timeout(300_000);
	await using server = await TestingServer.start();
	const resource = new FencedResource();
	const workers: Worker[] = [];
	for (let index = 0; index < processes; index++) {
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		const child = fork(worker, [
			proxy.address,
			path,
			String(contenders),
			String(acquisitions / processes / contenders),
		]);
		const entry: Worker = {process: child, proxy, session: undefined, lost: 0};
		workers.push(entry);
		t.teardown(() => {
			child.kill('SIGKILL');
			return proxy.close();
		});
		child.on('message', (message: WorkerMessage) => {
			if (message.type === 'session')
				entry.session = {id: BigInt(message.id), password: Buffer.from(message.password, 'hex')};
			else if (message.type === 'done') entry.lost = message.lost;
			else {
				const accepted = resource[message.type](message.worker, BigInt(message.token));
				child.send({number: message.number, accepted} satisfies ParentMessage, () => undefined);
			}
		});
	}
	const exits = Promise.all(workers.map(async ({process}) => (await once(process, 'exit'))[0] as number | null));
	let running = true;
	const ended = exits.finally(() => {
		running = false;
	});

	let resets = 0;
	let expiries = 0;
	for (let round = 0; running; round++) {
		await Promise.race([sleep(300), ended]);
		const victim = workers[round % processes] as Worker;
		if (victim.process.exitCode !== null) continue;
		if (round % 3 === 2 && victim.session) {
			await server.killSession(victim.session.id, victim.session.password).catch(() => undefined);
			victim.session = undefined;
			expiries++;
		} else {
			victim.proxy.reset();
			resets++;
		}
	}
	t.deepEqual(
		await exits,
		Array.from({length: processes}, () => 0),
	);

	t.deepEqual(violations(resource.history), []);
	t.is(resource.history.length, 2 * acquisitions);
	t.true(resets > 0 && expiries > 0);
	await using client = await connect(server.connectString);
	t.deepEqual((await client.children(path)).children, []);
	const lost = workers.reduce((sum, {lost: some}) => sum + some, 0);
	t.log(
		`${acquisitions} acquisitions, ${resets} resets, ${expiries} sessions ended, ${lost} leases lost on the way, ${resource.refused} late holders refused`,
	);
});
