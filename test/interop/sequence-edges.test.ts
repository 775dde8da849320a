import {randomUUID} from 'node:crypto';
import {rm} from 'node:fs/promises';
import test from 'ava';
import {type Client, connect, nameOf} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {
	LeaderLatch,
	LeaderSelector,
	Mutex,
	ReadWriteLock,
	Semaphore,
	SequenceExhaustedError,
} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import {kazooPeer} from './kazoo-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {sequenceSnapshot} from './sequence-snapshot.ts';

const last = 2 ** 31 - 1;
/** The first that Docent does not take. */
const limit = 2 ** 31 - 2 ** 20;

type Rig = {
	readonly server: TestingServer;
	readonly client: Client;
	readonly curator: PipedPeer;
	readonly kazoo: PipedPeer;
	readonly folder: string;
};

for (const version of ['3.9', '3.8'] as const) {
	let rig: Rig;
	test.before(async () => {
		const folder = await sequenceSnapshot(version, {
			'/counter': last - 1,
			'/refused': last - 1,
			'/stuck': last,
			'/wrapped': -(2 ** 31),
			'/limit': limit - 1,
			'/semaphore': 0,
			'/semaphore/locks': 0,
			'/semaphore/leases': last,
			'/guard': 0,
			'/guard/locks': last,
		});
		const server = await TestingServer.start({version, dataDir: folder});
		const client = await connect(server.connectString);
		const peers = await Promise.all([curatorPeer(server.connectString), kazooPeer(server.connectString)]);
		rig = {server, client, curator: peers[0], kazoo: peers[1], folder};
	});
	test.after.always(async () => {
		await rig?.curator[Symbol.asyncDispose]();
		await rig?.kazoo[Symbol.asyncDispose]();
		await rig?.client.close();
		await rig?.server.close();
		if (rig) await rm(rig.folder, {recursive: true});
	});

	test(`${version}: the server's counter sticks at its last number`, async t => {
		const {client} = rig;
		const create = async (name: string): Promise<string> => {
			const {path} = await client.create(`/counter/${name}-`, null, {mode: 'ephemeral-sequential', protect: false});
			return nameOf(path);
		};
		t.is(await create('same'), `same-${last - 1}`);
		t.is(await create('same'), `same-${last}`);
		await t.throwsAsync(create('same'), {code: 'NODE_EXISTS'});
		t.is(await create('another'), `another-${last}`);
		t.is(await create('a-third'), `a-third-${last}`);
	});

	test(`${version}: Docent refuses numbers that tell no order, leaves nothing behind, and goes on with a new znode`, async t => {
		const {client, curator} = rig;
		const path = '/refused';
		t.is(await curator.ask('acquire', path), 'acquired');
		const lock = new ReadWriteLock(client, path);
		const mutex = new Mutex(client, path);
		const attempts = [
			() => mutex.acquire(),
			() => mutex.tryAcquire(),
			() => lock.read.acquire(),
			() => lock.write.acquire(),
			() => new LeaderLatch(client, path).acquire(),
			() => new LeaderSelector(client, path, () => {}).run(),
		];
		for (const attempt of attempts) {
			const error = await t.throwsAsync(attempt(), {instanceOf: SequenceExhaustedError});
			t.is(error.sequence, last);
			t.is(error.path, path);
		}
		await t.throwsAsync(new Semaphore(client, '/guard', {leases: 1}).acquire(), {instanceOf: SequenceExhaustedError});
		await until(async () => (await client.children(path)).children.length === 1);
		await until(async () => (await client.children('/guard/locks')).children.length === 0);

		await curator.ask('release', path);
		await client.delete(path);
		const lease = await mutex.acquire();
		t.regex(lease.path, /-lock-0000000000$/);
		t.is(await curator.ask('try', path), 'held');
		await lease.release();
	});

	test(`${version}: up to the limit the order holds`, async t => {
		const {client, curator} = rig;
		const path = '/limit';
		const mutex = new Mutex(client, path);
		const lease = await mutex.acquire();
		t.true(lease.path.endsWith(`-lock-${limit - 1}`));
		const theirs = curator.ask('acquire', path);
		await until(async () => (await mutex.participants()).length === 2);
		await t.throwsAsync(mutex.acquire(), {instanceOf: SequenceExhaustedError});
		t.is(await curator.ask('try', `${path}#2`), 'held');
		await lease.release();
		t.is(await theirs, 'acquired');
		await curator.ask('release', path);
	});

	test(`${version}: wrapped numbers are refused, and read in the order that Java gives them`, async t => {
		const {client, curator} = rig;
		const path = '/wrapped';
		const mutex = new Mutex(client, path);
		const error = await t.throwsAsync(mutex.acquire(), {instanceOf: SequenceExhaustedError});
		t.is(error.sequence, -(2 ** 31));
		await until(async () => (await mutex.participants()).length === 0);
		t.is(await curator.ask('acquire', `${path}#1`), 'acquired');
		// Curator compares text: the later is before the earlier, and both hold.
		t.is(await curator.ask('acquire', `${path}#2`), 'acquired');
		const participants = (await mutex.participants()).map(participant => participant.path);
		t.is(await curator.ask('participants', `${path}#3`), participants.join());
		t.deepEqual(
			participants.map(participant => participant.slice(-11)),
			['-2147483646', '-2147483647'],
		);
		await curator.ask('release', `${path}#1`);
		await curator.ask('release', `${path}#2`);
	});

	test(`${version}: numbers that stick are why: Curator grants a lock twice`, async t => {
		const {client, curator} = rig;
		const path = '/stuck';
		let second = 'held';
		// The server lists equal numbers by a hash of their names: whether the second gets before the first is a matter of luck.
		for (let attempt = 0; attempt < 200 && second === 'held'; attempt++) {
			if (attempt > 0) await curator.ask('release', path);
			t.is(await curator.ask('acquire', path), 'acquired');
			second = await curator.ask('try', `${path}#2`);
		}
		t.is(second, 'acquired');
		t.is((await new Mutex(client, path).participants()).length, 2);
		await curator.ask('release', path);
		await curator.ask('release', `${path}#2`);
	});

	test(`${version}: leases need no order: a semaphore counts on`, async t => {
		const {client, curator} = rig;
		const semaphore = new Semaphore(client, '/semaphore', {leases: 3});
		const group = await semaphore.acquireMany(2);
		t.is(await curator.ask('try-lease', '/semaphore', '3'), 'acquired');
		t.is(await curator.ask('try-lease', '/semaphore', '3'), 'held');
		t.is(await semaphore.tryAcquire(), undefined);
		t.is((await semaphore.participants()).length, 3);
		await group.release();
		await curator.ask('return-leases', '/semaphore', '3');
	});

	test(`${version}: who has a wrapped number is first, for Docent, Curator and kazoo`, async t => {
		const {client, curator, kazoo} = rig;
		const path = '/mixed';
		const mutex = new Mutex(client, path);
		const first = await mutex.acquire();
		const wrapped = `${path}/_c_${randomUUID()}-lock--2147483648`;
		await client.create(wrapped, 'wrapped', {mode: 'ephemeral', protect: false});
		await first.release();
		t.is(await mutex.tryAcquire(), undefined);
		t.is(await curator.ask('try', path), 'held');
		t.is(await kazoo.ask('try', path, 'lock:-lock-'), 'held');
		const ours = mutex.acquire();
		await until(async () => (await mutex.participants()).length === 2);
		const theirs = curator.ask('acquire', path);
		await until(async () => (await mutex.participants()).length === 3);
		t.is(await kazoo.ask('participants', path, 'lock:-lock-').then(data => data.split(',')[0]), 'wrapped');
		await client.delete(wrapped);
		await (await ours).release();
		t.is(await theirs, 'acquired');
		await curator.ask('release', path);
	});
}
