import test from 'ava';
import {type Client, connect, nameOf} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {type Lease, MultiLock, Mutex, SemaphoreMutex} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {docent, peer, takeTurns} from './take-turns.ts';

const turns = 500;

let server: TestingServer;
let client: Client;
let other: Client;
let curator: PipedPeer;
test.before(async () => {
	server = await TestingServer.start();
	client = await connect(server.connectString);
	other = await connect(server.connectString);
	curator = await curatorPeer(server.connectString);
});
test.after.always(async () => {
	await curator?.[Symbol.asyncDispose]();
	await client?.close();
	await other?.close();
	await server?.[Symbol.asyncDispose]();
});

test.serial('Curator and Docent take turns on one mutex and never hold it together', async t => {
	t.timeout(120_000);
	const path = '/interop/mutex/turns';
	await takeTurns(t, turns, [
		docent(new Mutex(client, path)),
		docent(new Mutex(other, path)),
		peer('curator', curator, `${path}#1`, 'mutex'),
		peer('curator', curator, `${path}#2`, 'mutex'),
	]);
	t.deepEqual((await client.children(path)).children, []);
});

test('strictly, both wait for the same stray child and list the same queue', async t => {
	const path = '/interop/mutex/strict';
	const strict = new Mutex(client, path, {strictCurator: true});
	await client.create(`${path}/0`, '', {createParents: true});
	await client.create(`${path}/zzz`);
	t.is(await strict.tryAcquire(), undefined);
	t.is(await curator.ask('try', `${path}#1`), 'held');
	const lease = await new Mutex(client, path).acquire();
	const queue = (await strict.participants()).map(participant => participant.path);
	t.deepEqual(queue, [`${path}/0`, lease.path, `${path}/zzz`]);
	t.is(await curator.ask('participants', `${path}#1`), queue.join(','));
	await lease.release();
	await client.delete(`${path}/0`);
	await using held = await strict.acquire();
	held.throwIfLost();
});

test('each sees the other hold, and reads the same queue with its data', async t => {
	const path = '/interop/mutex/queue';
	const mutex = new Mutex(client, path, {data: 'docent'});
	const queue = async (): Promise<string[]> => (await mutex.participants()).map(participant => participant.path);

	const lease = await mutex.acquire();
	t.is(await curator.ask('try', `${path}#1`), 'held');
	const theirs = curator.ask('acquire', `${path}#1`);
	await until(async () => (await queue()).length === 2);
	const ours = mutex.acquire();
	await until(async () => (await queue()).length === 3);
	t.is(await curator.ask('participants', `${path}#2`), (await queue()).join(','));
	t.is(nameOf((await queue())[0] ?? ''), nameOf(lease.path));
	t.is(await curator.ask('data', path, lease.path), 'docent');
	const [, waiting] = await mutex.participants();
	t.is(await curator.ask('data', path, waiting?.path ?? ''), waiting?.data?.toString() ?? '');
	t.regex(waiting?.data?.toString() ?? '', /^\d+\.\d+\.\d+\.\d+$/);

	await lease.release();
	await theirs;
	t.is(await mutex.tryAcquire(), undefined);
	await curator.ask('release', `${path}#1`);
	await (await ours).release();
	t.is(await curator.ask('participants', `${path}#2`), '');
});

test('each asks the other to give the lock back', async t => {
	const path = '/interop/mutex/revocation';
	const mutex = new Mutex(client, path);

	const revoked = deferred<Lease>();
	const lease = await mutex.acquire({onRevoke: revoked.resolve});
	t.is((await client.get(lease.path)).data?.length, 0);
	await curator.ask('revoke', path, lease.path);
	t.is(await revoked.promise, lease);
	await lease.release();

	await curator.ask('revocable', path);
	await curator.ask('acquire', path);
	const [holder] = await mutex.participants();
	await mutex.revoke(holder?.path ?? '');
	t.is(await curator.ask('await-revocation', path), 'revoked');
	await curator.ask('release', path);
	await mutex.revoke(holder?.path ?? '');
	t.deepEqual(await mutex.participants(), []);
});

test.serial('Curator and Docent take turns on one semaphore mutex', async t => {
	t.timeout(120_000);
	const path = '/interop/semaphore-mutex';
	await takeTurns(t, turns, [
		docent(new SemaphoreMutex(client, path)),
		peer('curator', curator, `${path}#1`, 'semaphore-mutex'),
		peer('curator', curator, `${path}#2`, 'semaphore-mutex'),
	]);
	t.deepEqual(await new SemaphoreMutex(client, path).participants(), []);
});

test.serial('Curator and Docent take turns on several locks at once, and on one of them alone', async t => {
	t.timeout(120_000);
	const paths = [1, 2, 3].map(number => `/interop/multi/${number}`);
	const [, middle = ''] = paths;
	const locks = new MultiLock(paths.map(path => new Mutex(client, path)));
	let release: (() => Promise<void>) | undefined;
	await takeTurns(t, turns, [
		{
			library: 'docent',
			kind: 'all',
			async acquire() {
				const group = await locks.acquire();
				release = () => group.release();
			},
			release: async () => release?.(),
		},
		docent(new Mutex(other, middle), 'the middle one'),
		peer('curator', curator, '/interop/multi#all', paths.join(','), 'all'),
		peer('curator', curator, middle, 'mutex', 'the middle one'),
	]);
	for (const path of paths) t.deepEqual((await client.children(path)).children, []);
});
