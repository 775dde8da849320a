import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {LocalQueue} from '../../recipes/local-queue.ts';
import {type Lease, type MutexOptions, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

/** So many tasks, through two objects: who had a turn, in order. Each looks at the queue under its lease. */
async function turns(client: Client, path: string, count: number): Promise<{tokens: bigint[]; most: number}> {
	const mutexes = [new Mutex(client, path), new Mutex(client, path)];
	const tokens: bigint[] = [];
	const order: number[] = [];
	let holders = 0;
	let most = 0;
	const work = Array.from({length: count}, async (_, task) =>
		mutexes[task % 2]?.run(async ({fencingToken}) => {
			if (++holders > 1) throw new Error('two hold it');
			order.push(task);
			tokens.push(fencingToken);
			most = Math.max(most, (await client.children(path)).children.length);
			holders--;
		}),
	);
	await Promise.all(work);
	if (order.some((task, index) => task !== index)) throw new Error(`out of order: ${order.join()}`);
	return {tokens, most};
}

for (const count of [5, 50]) {
	test(`${count} tasks on one path cost five requests each, and have two znodes at a time`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/local/${count}`;
		await (await new Mutex(one.client, path).acquire()).release();
		const recording = one.proxy.record({ignore: ['ping']});
		const {tokens, most} = await turns(one.client, path, count);
		recording.stop();
		// One more is the work's own.
		t.true(recording.count() <= 6 * count, `${recording.count()} requests`);
		t.true(most <= 2);
		t.deepEqual(
			tokens,
			[...new Set(tokens)].toSorted((a, b) => Number(a - b)),
		);
		await onlooker.nothingLeft(path, one.client);
	});
}

/** One process with three tasks, and another that comes when the first two could be in the queue: who had a turn. */
async function order(path: string, options: MutexOptions, standing: number): Promise<string> {
	await using here = await connect(onlooker.server.connectString);
	await using there = await connect(onlooker.server.connectString);
	const seen: string[] = [];
	const mutex = new Mutex(here, path, options);
	const first = await mutex.acquire();
	const note = (name: string) => async (lease: Lease) => {
		seen.push(name);
		await lease.release();
	};
	const others = ['b', 'c'].map(async name => mutex.acquire().then(note(name)));
	await onlooker.queued(path, standing);
	const remote = new Mutex(there, path).acquire().then(note('R'));
	await onlooker.queued(path, standing + 1);
	await note('a')(first);
	await Promise.all([...others, remote]);
	await onlooker.nothingLeft(path, here, there);
	return seen.join('');
}

test('other processes keep their turn', async t => {
	t.is(await order('/turns/default', {}, 2), 'abRc');
	t.is(await order('/turns/one', {localTurns: 1}, 1), 'aRbc');
	t.is(await order('/turns/all', {localTurns: Number.POSITIVE_INFINITY}, 3), 'abcR');
});

test('a hand-over within the process waits for no server', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const mutex = new Mutex(one.client, '/local/hand-over');
	const first = await mutex.acquire();
	const waiting = mutex.acquire();
	await eventually(
		() => watchesUnder(onlooker.server, '/local/hand-over'),
		watches => Object.keys(watches).length === 2,
	);
	one.proxy.latency(50);
	// The answers that were on their way.
	await one.client.sync('/');
	const recording = one.proxy.record({ignore: ['ping']});
	const released = first.release();
	let isLater = false;
	setImmediate(() => {
		isLater = true;
	});
	const second = await waiting;
	t.false(isLater, 'no answer of a server can have come by then');
	t.true(second.fencingToken > first.fencingToken);
	second.throwIfLost();
	await released;
	await second.release();
	recording.stop();
	t.deepEqual(
		recording.requests.map(({op}) => op),
		['delete', 'delete'],
	);
	await onlooker.nothingLeft('/local/hand-over', one.client);
});

test('a release that is not awaited goes with the next acquire', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const mutex = new Mutex(one.client, '/local/pipelined');
	const first = await mutex.acquire();
	one.proxy.latency(5);
	await one.client.sync('/');
	const recording = one.proxy.record({ignore: ['ping', 'getData']});
	void first.release();
	const second = await mutex.acquire();
	recording.stop();
	t.is(recording.flights, 1);
	t.deepEqual(
		recording.requests.map(({op}) => op),
		['multi'],
	);
	void second.release();
	t.truthy(await mutex.tryAcquire());
});

test('who waits in the process can leave, and is not waited for', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/local/abort');
	const held = await mutex.acquire();
	const second = mutex.acquire();
	const controller = new AbortController();
	const third = mutex.acquire({signal: controller.signal});
	const fourth = mutex.acquire();
	await onlooker.queued('/local/abort', 2);
	controller.abort('enough');
	await t.throwsAsync(third, {code: 'ABORTED', message: /\/local\/abort/});
	t.is(await mutex.tryAcquire(), undefined);
	await held.release();
	await (await second).release();
	await (await fourth).release();
	await onlooker.nothingLeft('/local/abort', client);
});

test('a lease that is lost and never given back keeps nobody waiting', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/local/lost', {localTurns: 1});
	const held = await mutex.acquire();
	const next = mutex.acquire();
	await onlooker.client.delete(held.path);
	const second = await next;
	t.is(held.signal.reason?.code, 'LEASE_LOST');
	const third = mutex.acquire();
	await onlooker.expire(client);
	const last = await third;
	t.true(last.fencingToken > second.fencingToken);
	last.throwIfLost();
	await last.release();
	await second.release();
	await onlooker.nothingLeft('/local/lost', client);
});

test('after a lost connection, a lease that is given back lets the next one in', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const mutex = new Mutex(one.client, '/local/reset');
	const held = await mutex.acquire();
	const next = mutex.acquire();
	await onlooker.queued('/local/reset', 2);
	one.proxy.reset();
	await eventually(
		() => held.signal.aborted,
		aborted => aborted,
	);
	t.is((await onlooker.names('/local/reset')).length, 2);
	const released = held.release();
	const second = await next;
	second.throwIfLost();
	await released;
	await second.release();
	await onlooker.nothingLeft('/local/reset', one.client);
});

test('a closed client ends the wait of all, however many', async t => {
	const client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/local/closed');
	await mutex.acquire();
	const waiting = Array.from({length: 5000}, async () => mutex.acquire());
	const settled = Promise.allSettled(waiting);
	await onlooker.queued('/local/closed', 2);
	await client.close();
	const codes = (await settled).map(result => (result.status === 'rejected' ? result.reason.code : 'a lease'));
	t.deepEqual([...new Set(codes)], ['CLIENT_CLOSED']);
	await onlooker.queued('/local/closed', 0);
});

test('of a path where nobody waits or holds, nothing is kept', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/local/kept');
	const lease = await mutex.acquire();
	const queue = LocalQueue.of(client, '/local/kept');
	const waiting = mutex.acquire();
	await lease.release();
	const second = await waiting;
	t.is(LocalQueue.of(client, '/local/kept'), queue);
	await second.release();
	t.not(LocalQueue.of(client, '/local/kept'), queue);
});

test('how many turns is checked', async t => {
	await using client = await connect(onlooker.server.connectString);
	for (const localTurns of [0, 1.5, Number.NaN, -1])
		t.throws(() => new Mutex(client, '/local/bad', {localTurns}), {code: 'INVALID_ARGUMENT'});
});
