import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {type Lease, ReadWriteLock} from '../../recipes/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {docent, peer, type Rule, takeTurns} from './take-turns.ts';

let server: TestingServer;
let client: Client;
let curator: PipedPeer;
test.before(async () => {
	server = await TestingServer.start();
	client = await connect(server.connectString);
	curator = await curatorPeer(server.connectString);
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
	t.is(await curator.ask('try', path, 'read'), 'acquired');
	t.is(await curator.ask('try', path, 'write'), 'held');
	t.is(await lock.write.tryAcquire(), undefined);
	await read.release();
	t.is(await lock.write.tryAcquire(), undefined);
	await curator.ask('release', path, 'read');
	const write = await lock.write.acquire();
	t.is(await curator.ask('try', path, 'read'), 'held');
	t.is(await curator.ask('try', path, 'write'), 'held');
	await write.release();
	t.is(await curator.ask('acquire', path, 'write'), 'acquired');
	t.is(await lock.read.tryAcquire(), undefined);
	await curator.ask('release', path, 'write');
	await queued(path, 0);
});

test('a writer of Curator becomes a reader: a writer of ours that waits is kept out', async t => {
	const path = '/interop/rw/their-downgrade';
	const lock = new ReadWriteLock(client, path);
	await curator.ask('acquire', path, 'write');
	let granted = false;
	const writing = lock.write.acquire().then(lease => {
		granted = true;
		return lease;
	});
	await queued(path, 2);
	await curator.ask('acquire', path, 'read');
	await queued(path, 3);
	await curator.ask('release', path, 'write');
	await queued(path, 2);
	t.is(await lock.read.tryAcquire(), undefined, 'a new reader is behind the writer that waits');
	t.false(granted);
	await curator.ask('release', path, 'read');
	await (await writing).release();
	await queued(path, 0);
});

test('a writer of ours becomes a reader: a writer of Curator that waits is kept out', async t => {
	const path = '/interop/rw/our-downgrade';
	const lock = new ReadWriteLock(client, path);
	const written = await lock.write.acquire();
	let granted = false;
	const writing = curator.ask('acquire', path, 'write').then(() => {
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
	await curator.ask('release', path, 'write');
	await queued(path, 0);
});

test('each reads who takes part in the other half, with its data', async t => {
	const path = '/interop/rw/participants';
	const lock = new ReadWriteLock(client, path, {data: 'docent'});
	const read = await lock.read.acquire();
	await curator.ask('acquire', `${path}#1`, 'read');
	const theirs = curator.ask('acquire', `${path}#2`, 'write');
	await queued(path, 3);
	const ours = lock.write.acquire();
	await queued(path, 4);
	for (const half of ['read', 'write'] as const) {
		const participants = await lock[half].participants();
		t.is(participants.length, 2);
		t.is(await curator.ask('participants', path, half), participants.map(participant => participant.path).join());
		for (const participant of participants)
			t.is(await curator.ask('data', path, participant.path), participant.data?.toString() ?? '');
	}
	t.is((await lock.read.participants())[0]?.data?.toString(), 'docent');
	await read.release();
	await curator.ask('release', `${path}#1`, 'read');
	await theirs;
	await curator.ask('release', `${path}#2`, 'write');
	await (await ours).release();
	await queued(path, 0);
});

test('each asks the other for either half', async t => {
	const path = '/interop/rw/revocation';
	const lock = new ReadWriteLock(client, path);
	for (const half of ['read', 'write'] as const) {
		const key = `${path}#${half}`;
		const revoked = deferred<Lease>();
		const lease = await lock[half].acquire({onRevoke: revoked.resolve});
		await curator.ask('revoke', path, lease.path);
		t.is(await revoked.promise, lease);
		await lease.release();

		await curator.ask('revocable', key, half);
		await curator.ask('acquire', key, half);
		const [holder] = await lock[half].participants();
		t.is(holder?.data?.length, 0);
		await lock[half].revoke(holder?.path ?? '');
		t.is(await curator.ask('await-revocation', key), 'revoked');
		await curator.ask('release', key, half);
	}
	await queued(path, 0);
});

/** One writer, or any number of readers. */
const exclusive: Rule = holders =>
	holders.length > 1 && holders.some(({kind}) => kind === 'write') ? 'a writer is beside another holder' : undefined;

test('readers and writers of both take turns, and no writer is beside another holder', async t => {
	t.timeout(120_000);
	const path = '/interop/rw/turns';
	const lock = new ReadWriteLock(client, path);
	const contenders = [
		docent(lock.read, 'read'),
		docent(lock.read, 'read'),
		docent(lock.write, 'write'),
		peer('curator', curator, `${path}#1`, 'read', 'read'),
		peer('curator', curator, `${path}#2`, 'read', 'read'),
		peer('curator', curator, `${path}#3`, 'write', 'write'),
	];
	await takeTurns(t, 500, contenders, exclusive);
	await queued(path, 0);
});
