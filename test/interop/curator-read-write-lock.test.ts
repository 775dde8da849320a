import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {type Lease, ReadWriteLock} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {CuratorPeer} from './curator-peer.ts';

let server: TestingServer;
let client: Client;
let curator: CuratorPeer;
test.before(async () => {
	server = await TestingServer.start();
	client = await connect(server.connectString);
	curator = await CuratorPeer.start(server.connectString);
});
test.after.always(async () => {
	await curator?.[Symbol.asyncDispose]();
	await client?.close();
	await server?.[Symbol.asyncDispose]();
});

function queued(path: string, count: number): Promise<void> {
	return until(async () => (await client.children(path)).children.length === count);
}

test('readers of both share, writers of both exclude', async t => {
	const path = '/interop/rw/exclude';
	const lock = new ReadWriteLock(client, path);
	const read = await lock.read.acquire();
	t.is(await curator.ask('try-half', path, 'read'), 'acquired');
	t.is(await curator.ask('try-half', path, 'write'), 'held');
	t.is(await lock.write.tryAcquire(), undefined);
	await read.release();
	t.is(await lock.write.tryAcquire(), undefined);
	await curator.ask('release-half', path, 'read');
	const write = await lock.write.acquire();
	t.is(await curator.ask('try-half', path, 'read'), 'held');
	t.is(await curator.ask('try-half', path, 'write'), 'held');
	await write.release();
	t.is(await curator.ask('acquire-half', path, 'write'), 'acquired');
	t.is(await lock.read.tryAcquire(), undefined);
	await curator.ask('release-half', path, 'write');
	await queued(path, 0);
});

test('a writer of Curator becomes a reader: a writer of ours that waits is kept out', async t => {
	const path = '/interop/rw/their-downgrade';
	const lock = new ReadWriteLock(client, path);
	await curator.ask('acquire-half', path, 'write');
	let granted = false;
	const writing = lock.write.acquire().then(lease => {
		granted = true;
		return lease;
	});
	await queued(path, 2);
	await curator.ask('acquire-half', path, 'read');
	await queued(path, 3);
	await curator.ask('release-half', path, 'write');
	await queued(path, 2);
	t.is(await lock.read.tryAcquire(), undefined, 'a new reader is behind the writer that waits');
	t.false(granted);
	await curator.ask('release-half', path, 'read');
	await (await writing).release();
	await queued(path, 0);
});

test('a writer of ours becomes a reader: a writer of Curator that waits is kept out', async t => {
	const path = '/interop/rw/our-downgrade';
	const lock = new ReadWriteLock(client, path);
	const written = await lock.write.acquire();
	let granted = false;
	const writing = curator.ask('acquire-half', path, 'write').then(() => {
		granted = true;
	});
	await queued(path, 2);
	const read = await lock.read.acquire({downgradeFrom: written});
	await written.release();
	await queued(path, 2);
	await client.sync(path);
	read.throwIfLost();
	t.false(granted);
	await read.release();
	await writing;
	await curator.ask('release-half', path, 'write');
	await queued(path, 0);
});

test('readers and writers of both take turns, and no writer is beside another holder', async t => {
	t.timeout(120_000);
	const path = '/interop/rw/turns';
	const lock = new ReadWriteLock(client, path);
	let readers = 0;
	let writers = 0;
	const hold = async (half: 'read' | 'write'): Promise<void> => {
		if (half === 'read') readers++;
		else writers++;
		t.true(writers === 0 || writers + readers === 1, `${readers} readers and ${writers} writers hold`);
		await client.exists('/');
		if (half === 'read') readers--;
		else writers--;
	};
	const ours = async (half: 'read' | 'write'): Promise<void> => {
		for (let turn = 0; turn < 60; turn++) {
			const lease: Lease = await lock[half].acquire();
			await hold(half);
			await lease.release();
		}
	};
	const theirs = async (): Promise<void> => {
		for (let turn = 0; turn < 60; turn++) {
			const half = turn % 2 === 0 ? 'read' : 'write';
			await curator.ask('acquire-half', path, half);
			await hold(half);
			await curator.ask('release-half', path, half);
		}
	};
	await Promise.all([ours('read'), ours('read'), ours('write'), theirs()]);
	await queued(path, 0);
});
