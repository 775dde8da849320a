import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderSelector, Mutex, ReadWriteLock, Semaphore, SharedCount} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import {kazooPeer} from './kazoo-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {docent, peer, type Rule, takeTurns} from './take-turns.ts';

const turns = 500;
/** kazoo's locks wait for names of others only if they are told those. */
const besideOthers = 'lock:-lock-';
const reader = 'read:__WRIT__';
const writer = 'write:__WRIT__,__READ__';

let server: TestingServer;
let client: Client;
let kazoo: PipedPeer;
let curator: PipedPeer;
test.before(async () => {
	server = await TestingServer.start();
	client = await connect(server.connectString);
	[kazoo, curator] = await Promise.all([kazooPeer(server.connectString), curatorPeer(server.connectString)]);
});
test.after.always(async () => {
	await kazoo?.[Symbol.asyncDispose]();
	await curator?.[Symbol.asyncDispose]();
	await client?.close();
	await server?.[Symbol.asyncDispose]();
});

function queued(path: string, count: number): Promise<void> {
	return until(async () => (await client.children(path)).children.length === count);
}

test.serial('Docent and kazoo take turns on one mutex and never hold it together', async t => {
	t.timeout(120_000);
	const path = '/interop/kazoo/mutex';
	await takeTurns(t, turns, [
		docent(new Mutex(client, path)),
		docent(new Mutex(client, path)),
		peer('kazoo', kazoo, `${path}#1`, besideOthers),
		peer('kazoo', kazoo, `${path}#2`, besideOthers),
	]);
	await queued(path, 0);
});

test.serial('Docent, kazoo and Curator take turns in one queue', async t => {
	t.timeout(120_000);
	const path = '/interop/kazoo/three';
	await takeTurns(t, turns, [
		docent(new Mutex(client, path)),
		peer('kazoo', kazoo, path, besideOthers),
		peer('curator', curator, path, 'kazoo-mutex'),
	]);
	await queued(path, 0);
});

test.serial('readers and writers of Docent and kazoo take turns, and no writer is beside another holder', async t => {
	t.timeout(120_000);
	const path = '/interop/kazoo/rw-turns';
	const lock = new ReadWriteLock(client, path);
	const exclusive: Rule = holders =>
		holders.length > 1 && holders.some(({kind}) => kind === 'write') ? 'a writer is beside another holder' : undefined;
	const contenders = [
		docent(lock.read, 'read'),
		docent(lock.write, 'write'),
		peer('kazoo', kazoo, `${path}#1`, reader, 'read'),
		peer('kazoo', kazoo, `${path}#2`, writer, 'write'),
	];
	await takeTurns(t, turns, contenders, exclusive);
	await queued(path, 0);
});

test.serial('leadership goes from Docent to kazoo and back', async t => {
	t.timeout(120_000);
	const path = '/interop/kazoo/election';
	const work = ({signal}: {readonly signal: AbortSignal}): Promise<void> =>
		new Promise(resolve => {
			signal.addEventListener('abort', () => resolve());
		});
	const selector = new LeaderSelector(client, path, work, {id: 'docent', requeue: true});
	const participants = async (): Promise<string> =>
		(await selector.participants()).map(({id, isLeader}) => `${id}${isLeader ? '*' : ''}`).join();
	const controller = new AbortController();
	const running = selector.run({signal: controller.signal});
	await until(() => selector.isLeader);
	for (let turn = 0; turn < turns / 2; turn++) {
		await kazoo.ask('elect', path, besideOthers);
		await until(async () => (await participants()) === 'docent*,kazoo');
		if (turn % 50 === 0) t.is(await kazoo.ask('elected', path), 'docent,kazoo');
		selector.interruptLeadership();
		t.is(await kazoo.ask('await-term', path), 'leading');
		t.false(selector.isLeader);
		await until(async () => (await participants()) === 'kazoo*,docent');
		await kazoo.ask('resign', path);
		await until(() => selector.isLeader);
	}
	controller.abort();
	await running;
	await queued(path, 0);
});

test('each sees the other hold, and reads the same queue with its data', async t => {
	const path = '/interop/kazoo/queue';
	const mutex = new Mutex(client, path, {data: 'docent'});
	const lease = await mutex.acquire();
	t.is(await kazoo.ask('try', `${path}#1`, besideOthers), 'held');
	const theirs = kazoo.ask('acquire', `${path}#2`, besideOthers);
	await queued(path, 2);
	const ours = mutex.acquire();
	await queued(path, 3);
	t.is(await kazoo.ask('participants', `${path}#1`, besideOthers), 'docent,kazoo,docent');
	t.deepEqual(
		(await mutex.participants()).map(({data}) => data?.toString()),
		['docent', 'kazoo', 'docent'],
	);
	t.is(await kazoo.ask('data', path, lease.path), 'docent');
	await lease.release();
	await theirs;
	t.is(await mutex.tryAcquire(), undefined);
	await kazoo.ask('release', `${path}#2`, besideOthers);
	await (await ours).release();
	await queued(path, 0);
});

test('readers of both share, writers of both exclude', async t => {
	const path = '/interop/kazoo/rw';
	const lock = new ReadWriteLock(client, path);
	const read = await lock.read.acquire();
	t.is(await kazoo.ask('try', path, reader), 'acquired');
	t.is(await kazoo.ask('try', path, writer), 'held');
	t.is(await lock.write.tryAcquire(), undefined);
	await read.release();
	t.is(await lock.write.tryAcquire(), undefined);
	await kazoo.ask('release', path, reader);
	const write = await lock.write.acquire();
	t.is(await kazoo.ask('try', path, reader), 'held');
	t.is(await kazoo.ask('try', path, writer), 'held');
	await write.release();
	t.is(await kazoo.ask('acquire', path, writer), 'acquired');
	t.is(await lock.read.tryAcquire(), undefined);
	await kazoo.ask('release', path, writer);
	await queued(path, 0);
});

test('a kazoo lock that was told of no other names overlooks Docent, which waits for it all the same', async t => {
	const path = '/interop/kazoo/plain';
	const mutex = new Mutex(client, path);
	const lease = await mutex.acquire();
	t.is(await kazoo.ask('try', path, 'lock'), 'acquired');
	await lease.release();
	t.is(await mutex.tryAcquire(), undefined);
	await kazoo.ask('release', path, 'lock');
	await queued(path, 0);
});

test("a shared count is kazoo's counter with support_curator", async t => {
	const path = '/interop/kazoo/count';
	await using count = await SharedCount.open(client, path, {seed: 5});
	t.is(await kazoo.ask('count', path, '-7'), '-2');
	await until(() => count.value === -2);
	await count.update(value => value + 100);
	t.is(await kazoo.ask('count', path, '0'), '98');
});

test("Curator's own driver overlooks kazoo's locks", async t => {
	const path = '/interop/kazoo/overlooked';
	t.is(await kazoo.ask('acquire', path, besideOthers), 'acquired');
	t.is(await curator.ask('try', path, 'mutex'), 'acquired');
	t.is(await curator.ask('try', `${path}#2`, 'kazoo-mutex'), 'held');
	await curator.ask('release', path, 'mutex');
	await kazoo.ask('release', path, besideOthers);
});

test("kazoo's semaphore is another one: neither sees the other's leases", async t => {
	const path = '/interop/kazoo/semaphore';
	const semaphore = new Semaphore(client, path, {leases: 1});
	t.is(await kazoo.ask('acquire', path, 'semaphore:1'), 'acquired');
	const lease = await semaphore.acquire();
	t.deepEqual(
		(await semaphore.participants()).map(participant => participant.path),
		[lease.path],
	);
	// It takes the znodes above Docent's queue and leases for leases of its own.
	t.is(await kazoo.ask('lease-holders', path, 'semaphore:1'), ',,kazoo');
	await kazoo.ask('release', path, 'semaphore:1');
	t.is(await kazoo.ask('try', path, 'semaphore:1'), 'held');
	await lease.release();
});
