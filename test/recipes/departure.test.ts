import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import type {ProxyRecording} from '../../lib/testing/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

type Rig = {readonly client: Client; readonly mutex: Mutex; readonly one: ProxiedClient; readonly path: string};

/** A client that is alone in a queue, behind a proxy. */
function alone(title: string, run: (t: ExecutionContext, rig: Rig) => Promise<unknown>): void {
	test(title, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/departure/${title.replaceAll(/\W+/g, '-')}`;
		const {client} = one;
		await run(t, {client, mutex: new Mutex(client, path), one, path});
		await onlooker.nothingLeft(path, client);
	});
}

const record = ({proxy}: ProxiedClient): ProxyRecording => proxy.record({ignore: ['ping', 'getData']});
const operations = (recording: ProxyRecording): string[] => recording.requests.map(({op}) => op);

/** Gives it back and asks for it again in one turn of the event loop. */
async function again(lease: Lease, mutex: Mutex): Promise<Lease> {
	void lease.release();
	return mutex.acquire();
}

alone('a release that is not awaited, and the next acquire, are one request', async (t, {mutex, one}) => {
	let lease = await mutex.acquire();
	const tokens = [lease.fencingToken];
	const recording = record(one);
	for (let cycle = 0; cycle < 3; cycle++) {
		lease = await again(lease, mutex);
		lease.throwIfLost();
		tokens.push(lease.fencingToken);
	}
	recording.stop();
	t.deepEqual(operations(recording), ['multi', 'multi', 'multi']);
	t.deepEqual(
		tokens,
		[...new Set(tokens)].toSorted((a, b) => Number(a - b)),
	);
	await lease.release();
});

alone('without a next acquire the znode is deleted all the same', async (t, {mutex, one, path}) => {
	const lease = await mutex.acquire();
	const recording = record(one);
	await lease.release();
	recording.stop();
	t.deepEqual(operations(recording), ['delete']);
	t.deepEqual(await onlooker.names(path), []);
});

alone('who came meanwhile has the next turn', async (t, {mutex, path, one}) => {
	const lease = await mutex.acquire();
	const other = new Mutex(onlooker.client, path).acquire();
	await onlooker.queued(path, 2);
	const recording = record(one);
	const next = again(lease, mutex);
	const theirs = await other;
	t.is(await Promise.race([next, sleep(100, 'waits')]), 'waits');
	recording.stop();
	t.deepEqual(operations(recording).slice(0, 2), ['multi', 'getChildren2']);
	await theirs.release();
	const mine = await next;
	t.true(mine.fencingToken > theirs.fencingToken);
	await mine.release();
});

alone('a child that came and went meanwhile makes it look', async (t, {mutex, path, one}) => {
	const lease = await mutex.acquire();
	await onlooker.client.create(`${path}/stray`);
	await onlooker.client.delete(`${path}/stray`);
	const recording = record(one);
	const next = await again(lease, mutex);
	recording.stop();
	t.deepEqual(operations(recording), ['multi', 'getChildren2']);
	await next.release();
});

alone('a znode that somebody has deleted is no reason to wait', async (t, {mutex, one}) => {
	const lease = await mutex.acquire();
	const recording = record(one);
	await onlooker.client.delete(lease.path);
	const next = await again(lease, mutex);
	recording.stop();
	t.deepEqual(operations(recording), ['multi', 'delete', 'create2', 'getChildren2']);
	next.throwIfLost();
	await next.release();
});

for (const match of [{request: 'multi'}, {reply: 'multi'}] as const) {
	const what = 'request' in match ? 'request' : 'answer';
	alone(`a lost ${what} leaves neither of the two behind`, async (t, {mutex, one, path}) => {
		const lease = await mutex.acquire();
		const rule = one.proxy.resetOn(match);
		const next = again(lease, mutex);
		await rule.arrived;
		rule.remove();
		const mine = await next;
		mine.throwIfLost();
		t.true(mine.fencingToken > lease.fencingToken);
		await onlooker.queued(path, 1);
		await mine.release();
	});

	alone(`aborted behind a lost ${what}, it leaves nothing`, async (t, {mutex, one, path}) => {
		const lease = await mutex.acquire();
		const rule = one.proxy.resetOn(match);
		const controller = new AbortController();
		void lease.release();
		const next = mutex.acquire({signal: controller.signal});
		await rule.arrived;
		controller.abort('enough');
		rule.remove();
		await t.throwsAsync(next, {code: 'ABORTED'});
		await onlooker.queued(path, 0);
	});
}

test('taken back by a client that is closed at once, it goes with the session', async t => {
	const client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/departure/closed');
	const lease = await mutex.acquire();
	const next = t.throwsAsync(again(lease, mutex), {code: 'CLIENT_CLOSED'});
	await client.close();
	await next;
	await onlooker.queued('/departure/closed', 0);
});

test('one holds it at a time, whether alone or not, and whatever comes and goes beside', async t => {
	const path = '/departure/turns';
	await using one = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	let holders = 0;
	let last = 0n;
	const turns = async (client: Client, count: number, pause: number): Promise<void> => {
		const mutex = new Mutex(client, path);
		for (let turn = 0; turn < count; turn++) {
			const lease = await mutex.acquire();
			t.is(++holders, 1);
			t.true(lease.fencingToken > last);
			last = lease.fencingToken;
			await client.exists(lease.path);
			holders--;
			void lease.release();
			// So that the other is alone for a while.
			if (turn % 20 === 19) await sleep(pause);
		}
	};
	const strays = async (): Promise<void> => {
		for (let stray = 0; stray < 40; stray++) {
			await onlooker.client.create(`${path}/stray`, '', {createParents: true});
			await onlooker.client.delete(`${path}/stray`);
			// Refused while somebody is there; where nobody is, the numbers begin again.
			await onlooker.client.delete(path).catch(() => {});
		}
	};
	await Promise.all([turns(one, 300, 5), turns(other, 200, 15), strays()]);
	await onlooker.nothingLeft(path, one, other);
});
