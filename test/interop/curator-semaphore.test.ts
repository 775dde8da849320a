import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Semaphore} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {CuratorPeer} from './curator-peer.ts';

test('Curator and Docent share the leases of one semaphore, and never hold more than there are', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	const path = '/interop/semaphore';
	const semaphore = new Semaphore(client, path, {leases: 2});

	const lease = await semaphore.acquire();
	t.is(await curator.ask('try-lease', path, '2'), 'acquired');
	t.is(await curator.ask('try-lease', path, '2'), 'held');
	t.is(await semaphore.tryAcquire(), undefined);
	t.is(
		await curator.ask('lease-holders', path, '2'),
		(await semaphore.participants())
			.map(participant => participant.path.slice(path.length + '/leases/'.length))
			.toSorted()
			.join(','),
	);
	const waiting = semaphore.acquireMany(2);
	await until(async () => (await client.children(`${path}/locks`)).children.length === 1);
	await lease.release();
	await curator.ask('return-lease', path, '2');
	await (await waiting).release();

	let holders = 0;
	const hold = async (): Promise<void> => {
		t.true(++holders <= 2);
		await client.exists('/');
		holders--;
	};
	const ours = async (): Promise<void> => {
		for (let turn = 0; turn < 60; turn++) await semaphore.run(hold);
	};
	const theirs = async (): Promise<void> => {
		for (let turn = 0; turn < 60; turn++) {
			await curator.ask('acquire-lease', path, '2');
			await hold();
			await curator.ask('return-lease', path, '2');
		}
	};
	await Promise.all([ours(), ours(), theirs()]);
	await until(async () => (await client.children(`${path}/leases`)).children.length === 0);
	await until(async () => (await client.children(`${path}/locks`)).children.length === 0);
});
