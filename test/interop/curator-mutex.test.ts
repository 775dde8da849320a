import test from 'ava';
import {connect, nameOf} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {CuratorPeer} from './curator-peer.ts';

const turns = 200;
const path = '/interop/mutex';

test('Curator and Docent take turns on one mutex and never hold it together', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	const mutex = new Mutex(client, path);
	let holder: string | undefined;
	const order: string[] = [];
	const hold = (who: string): void => {
		t.is(holder, undefined, `${who} was granted what ${holder} holds`);
		holder = who;
		order.push(who);
	};

	const ours = async (): Promise<void> => {
		let token = 0n;
		for (let turn = 0; turn < turns; turn++) {
			const lease = await mutex.acquire();
			hold('docent');
			t.true(lease.fencingToken > token);
			token = lease.fencingToken;
			await Promise.resolve();
			holder = undefined;
			await lease.release();
		}
	};
	const theirs = async (): Promise<void> => {
		for (let turn = 0; turn < turns; turn++) {
			await curator.ask('acquire', path);
			hold('curator');
			await Promise.resolve();
			holder = undefined;
			await curator.ask('release', path);
		}
	};
	await Promise.all([ours(), theirs()]);

	t.is(order.length, 2 * turns);
	t.deepEqual((await client.children(path)).children, []);
});

test('each sees the other hold, and reads the same queue', async t => {
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	const mutex = new Mutex(client, path);

	const lease = await mutex.acquire();
	t.is(await curator.ask('try', path), 'held');
	t.is(nameOf(await curator.ask('contenders', path)), nameOf(lease.path));
	await lease.release();

	t.is(await curator.ask('acquire', path), 'acquired');
	t.is(await mutex.tryAcquire(), undefined);
	const waiting = mutex.acquire();
	await curator.ask('release', path);
	await (await waiting).release();
});

test('each asks the other to give the lock back', async t => {
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
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
