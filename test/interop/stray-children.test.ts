import test from 'ava';
import {type Client, connect, nameOf} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderLatch, Mutex, ReadWriteLock, Semaphore} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import {kazooPeer} from './kazoo-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {docent, peer, takeTurns} from './take-turns.ts';

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

test('a stray child that sorts first blocks Curator, and neither Docent nor kazoo', async t => {
	const path = '/stray/first';
	await client.create(`${path}/0`, 'stray', {createParents: true});
	const mutex = new Mutex(client, path);
	t.is(await curator.ask('try', path), 'held');
	t.is(await kazoo.ask('try', path, 'lock:-lock-'), 'acquired');
	await kazoo.ask('release', path, 'lock:-lock-');
	const lease = await mutex.acquire();
	t.deepEqual(
		(await mutex.participants()).map(participant => participant.path),
		[lease.path],
	);
	t.deepEqual((await curator.ask('participants', path)).split(',').map(nameOf), ['0', nameOf(lease.path)]);
	await lease.release();

	await client.delete(`${path}/0`);
	t.is(await curator.ask('try', path), 'acquired');
	t.is(await mutex.tryAcquire(), undefined);
	await curator.ask('release', path);
});

test('by strictCurator Docent agrees with Curator about stray children', async t => {
	const path = '/stray/strict';
	await client.create(`${path}/0`, 'stray', {createParents: true});
	await client.create(`${path}/zzz`, 'stray');
	const strict = new Mutex(client, path, {strictCurator: true});
	const seen = async (): Promise<string> => (await strict.participants()).map(participant => participant.path).join();
	t.is(await strict.tryAcquire(), undefined);
	const waiting = strict.acquire();
	await until(async () => (await strict.participants()).length === 3);
	t.is(await seen(), await curator.ask('participants', path));
	await client.delete(`${path}/0`);
	await (await waiting).release();
	await takeTurns(t, 100, [docent(strict), peer('curator', curator, path, 'mutex')]);
	t.is(await seen(), `${path}/zzz`);
});

test('one that sorts last blocks nobody, and no one is granted what another holds', async t => {
	const path = '/stray/last';
	for (const name of ['zzz', 'x-lock-', 'lock-12', '_c_'])
		await client.create(`${path}/${name}`, 'stray', {createParents: true});
	const mutex = new Mutex(client, path);
	const lease = await mutex.acquire();
	t.is(await kazoo.ask('try', path, 'lock:-lock-'), 'held');
	await lease.release();
	t.is(await kazoo.ask('acquire', path, 'lock:-lock-'), 'acquired');
	t.is(await mutex.tryAcquire(), undefined);
	await kazoo.ask('release', path, 'lock:-lock-');
	const lock = new ReadWriteLock(client, path);
	const read = await lock.read.acquire();
	t.is(await lock.write.tryAcquire(), undefined);
	await read.release();
	await (await lock.write.acquire()).release();
	await (await new LeaderLatch(client, path).acquire()).release();
});

test('whatever lies among the leases of a semaphore takes one, for Curator and for Docent', async t => {
	const path = '/stray/semaphore';
	await client.create(`${path}/leases/stray`, 'stray', {createParents: true});
	const semaphore = new Semaphore(client, path, {leases: 2});
	const lease = await semaphore.acquire();
	t.is(await curator.ask('try-lease', path, '2'), 'held');
	t.is(await semaphore.tryAcquire(), undefined);
	await lease.release();
	t.is(await curator.ask('try-lease', path, '2'), 'acquired');
	t.is(await semaphore.tryAcquire(), undefined);
	await curator.ask('return-leases', path, '2');
});
