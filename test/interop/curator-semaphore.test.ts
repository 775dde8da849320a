import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Semaphore, SharedCount} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import type {PipedPeer} from './piped-peer.ts';
import {type Contender, docent, type Rule, takeTurns} from './take-turns.ts';

const turns = 500;

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

test('both count the same leases, and read who holds them with their data', async t => {
	const path = '/interop/semaphore/queue';
	const semaphore = new Semaphore(client, path, {leases: 2, data: 'docent'});
	const lease = await semaphore.acquire();
	t.is(await curator.ask('try-lease', path, '2'), 'acquired');
	t.is(await curator.ask('try-lease', path, '2'), 'held');
	t.is(await semaphore.tryAcquire(), undefined);
	const holders = await semaphore.participants();
	t.is(
		await curator.ask('lease-holders', path, '2'),
		holders
			.map(participant => participant.path.slice(path.length + '/leases/'.length))
			.toSorted()
			.join(','),
	);
	t.deepEqual(
		holders.map(({data}) => data?.toString()),
		['docent', 'curator'],
	);
	t.is(await curator.ask('data', path, lease.path), 'docent');

	const waiting = semaphore.acquireMany(2);
	await until(async () => (await client.children(`${path}/locks`)).children.length === 1);
	await lease.release();
	await curator.ask('return-leases', path, '2');
	const both = await waiting;
	const theirs = curator.ask('acquire-lease', path, '2/2');
	await until(async () => (await client.children(`${path}/locks`)).children.length === 1);
	await both.release();
	t.is(await theirs, 'acquired');
	t.is(await semaphore.tryAcquire(), undefined);
	await curator.ask('return-leases', path, '2');
	t.is(await curator.ask('lease-holders', path, '2'), '');
});

test('Curator and Docent take turns with the leases of one semaphore, and never hold more than there are', async t => {
	t.timeout(120_000);
	const path = '/interop/semaphore/turns';
	const leases = 3;
	const semaphore = new Semaphore(client, path, {leases});
	let group: {release(): Promise<void>} | undefined;
	const theirs = (key: string, count: 1 | 2): Contender => ({
		library: 'curator',
		kind: String(count),
		acquire: () => curator.ask('acquire-lease', key, `${count}/${leases}`),
		release: () => curator.ask('return-leases', key, String(leases)),
	});
	const withinCount: Rule = holders => {
		const held = holders.reduce((sum, {kind}) => sum + Number(kind), 0);
		return held > leases ? `${held} leases are held` : undefined;
	};
	const contenders: Contender[] = [
		docent(semaphore, '1'),
		docent(semaphore, '1'),
		{
			library: 'docent',
			kind: '2',
			async acquire() {
				group = await semaphore.acquireMany(2);
			},
			release: async () => group?.release(),
		},
		theirs(`${path}#1`, 1),
		theirs(`${path}#2`, 2),
	];
	await takeTurns(t, turns, contenders, withinCount);
	t.deepEqual(await semaphore.participants(), []);
	t.deepEqual((await client.children(`${path}/locks`)).children, []);
});

test('one count for both, which either changes', async t => {
	const path = '/interop/semaphore/count';
	t.is(await curator.ask('count', path), '2');
	await using count = await SharedCount.open(client, path, {seed: 9});
	t.is(count.value, 2);
	await count.set(-7);
	await until(async () => (await curator.ask('count', path)) === '-7');
	t.is(await curator.ask('set-count', path, '1'), 'set');
	await until(() => count.value === 1);

	const semaphore = new Semaphore(client, `${path}/leases`, {leases: count});
	await using lease = await semaphore.acquire();
	t.is(await curator.ask('try-lease', `${path}/leases`, path), 'held');
	const waiting = semaphore.acquire();
	t.is(await curator.ask('set-count', path, '2'), 'set');
	await (await waiting).release();
	t.is(await curator.ask('try-lease', `${path}/leases`, path), 'acquired');
	t.is(await semaphore.tryAcquire(), undefined);
	t.is(await curator.ask('return-leases', `${path}/leases`, path), 'returned');
	lease.throwIfLost();
});
