import test from 'ava';
import {type Client, connect, nameOf} from '../../lib/index.ts';
import {type Lease, type LeaseGroup, type LeaseLostError, Semaphore, SemaphoreMutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';
import {until} from '../helpers/until.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

async function nothingLeft(path: string, ...clients: Client[]): Promise<void> {
	await onlooker.nothingLeft(`${path}/locks`, ...clients);
	await onlooker.nothingLeft(`${path}/leases`, ...clients);
}

/** Waits until that many are in the guard's queue; without room, the first of them holds it. */
function waiting(path: string, count = 1): Promise<readonly string[]> {
	return onlooker.queued(`${path}/locks`, count);
}

test('an uncontended lease is two round trips, its release one; cold, three', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const {client, proxy} = one;
	const semaphore = new Semaphore(client, '/sem/warm', {leases: 3});
	proxy.latency(5);
	// The watches on the own znodes: nobody waits for their answers.
	const ignore = ['ping', 'getData'] as const;
	const cold = proxy.record({ignore});
	const first = await semaphore.acquire();
	cold.stop();
	t.is(cold.flights, 3);
	await eventually(
		() => watchesUnder(onlooker.server, '/sem/warm'),
		watches => watches[first.path] === 1,
	);
	const acquiring = proxy.record({ignore});
	const second = await semaphore.acquire();
	acquiring.stop();
	t.is(acquiring.flights, 2);
	t.deepEqual(
		acquiring.requests.map(({op, flight}) => `${flight} ${op}`),
		['1 create2', '1 getChildren2', '1 getChildren2', '2 multi'],
	);
	await first.release();
	const releasing = proxy.record({ignore});
	await second.release();
	releasing.stop();
	t.is(releasing.flights, 1);
	await nothingLeft('/sem/warm', client);
});

test('the znodes are those of Curator', async t => {
	await using client = await connect(onlooker.server.connectString);
	const lease = await new Semaphore(client, '/sem/names', {leases: 2, data: 'me'}).acquire();
	t.regex(lease.path, /^\/sem\/names\/leases\/_c_[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}-lease-\d{10}$/);
	const {data, stat} = await client.get(lease.path);
	t.is(String(data), 'me');
	t.is(stat.czxid, lease.fencingToken);
	t.deepEqual((await client.children('/sem/names')).children.toSorted(), ['leases', 'locks']);
	t.deepEqual(await onlooker.names('/sem/names/locks'), []);
	await lease.release();
});

test('never more leases than there are, and all are used', async t => {
	const clients = await Promise.all(Array.from({length: 4}, () => connect(onlooker.server.connectString)));
	let holders = 0;
	let most = 0;
	await Promise.all(
		clients.flatMap(client =>
			Array.from({length: 3}, async () => {
				for (let round = 0; round < 5; round++) {
					await new Semaphore(client, '/sem/count', {leases: 3}).run(async () => {
						most = Math.max(most, ++holders);
						await until(() => most >= 3);
						await client.exists('/sem/count');
						holders--;
					});
				}
			}),
		),
	);
	t.is(most, 3);
	await nothingLeft('/sem/count', ...clients);
	await Promise.all(clients.map(client => client.close()));
});

test('who waits gets the lease that is given back, in order of arrival', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/sem/wait';
	const semaphore = new Semaphore(client, path, {leases: 2});
	const held = [await semaphore.acquire(), await semaphore.acquire()];
	t.is(await semaphore.tryAcquire(), undefined);
	const order: string[] = [];
	const many = semaphore.acquireMany(2).then(group => {
		order.push('many');
		return group;
	});
	await waiting(path);
	const one = semaphore.acquire().then(lease => {
		order.push('one');
		return lease;
	});
	await waiting(path, 2);
	t.is(await semaphore.tryAcquire(), undefined);
	await held[0]?.release();
	await onlooker.queued(`${path}/leases`, 1);
	t.deepEqual(order, [], 'one lease is free, but the first in the queue wants two');
	await held[1]?.release();
	await (await many).release();
	await (await one).release();
	t.deepEqual(order, ['many', 'one']);
	await nothingLeft(path, client);
});

test('many leases come together, and are lost and released together', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/sem/many';
	const semaphore = new Semaphore(client, path, {leases: 3, data: 'mine'});
	const group = await semaphore.acquireMany(2);
	t.is(new Set(group.leases.map(lease => lease.path)).size, 2);
	t.deepEqual(
		(await semaphore.participants()).map(({path: at, data}) => `${nameOf(at)} ${String(data)}`).toSorted(),
		group.leases.map(lease => `${nameOf(lease.path)} mine`).toSorted(),
	);
	t.is(await semaphore.tryAcquireMany(2), undefined);
	const last = await semaphore.tryAcquireMany(1);
	t.is(last?.leases.length, 1);
	group.throwIfLost();
	const lost = new Promise(resolve => {
		group.signal.addEventListener('abort', resolve);
	});
	await onlooker.client.delete(group.leases[1]?.path ?? '');
	await lost;
	t.is((group.signal.reason as LeaseLostError).path, group.leases[1]?.path ?? '');
	t.throws(() => group.throwIfLost(), {code: 'LEASE_LOST'});
	await group.release();
	await last?.release();
	t.deepEqual(await semaphore.participants(), []);
	t.deepEqual(await new Semaphore(client, '/sem/nowhere', {leases: 1}).participants(), []);
	await nothingLeft(path, client);
});

test("an abort leaves nothing: in the guard's queue, under the guard, and with the leases on their way", async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const {client, proxy} = one;
	const path = '/sem/abort';
	const semaphore = new Semaphore(client, path, {leases: 2});
	const group = await semaphore.acquireMany(2);
	const controller = new AbortController();
	const acquiring = [semaphore.acquire({signal: controller.signal}), semaphore.acquire({signal: controller.signal})];
	await waiting(path, 2);
	controller.abort();
	for (const each of acquiring) await t.throwsAsync(each, {code: 'ABORTED', message: /\/sem\/abort/});
	await onlooker.queued(`${path}/locks`, 0);
	await group.release();
	await nothingLeft(path, client);
	for (const reply of ['multi', 'create2'] as const) {
		const held = proxy.hold({reply});
		const late = new AbortController();
		const entering = semaphore.acquireMany(2, {signal: late.signal});
		await held.arrived;
		late.abort();
		await t.throwsAsync(entering, {code: 'ABORTED'});
		held.release();
		await nothingLeft(path, client);
	}
	await t.throwsAsync(semaphore.acquire({signal: AbortSignal.abort()}), {code: 'ABORTED'});
});

for (const fault of [{reply: 'multi'}, {request: 'multi'}, {reply: 'create2'}, {reply: 'getChildren2'}] as const) {
	test(`a connection lost at ${JSON.stringify(fault)}: as many leases as were asked for, and no more`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/sem/fault-${Object.entries(fault).flat().join('-')}`;
		const semaphore = new Semaphore(one.client, path, {leases: 3});
		await (await semaphore.acquire()).release();
		one.proxy.resetOn(fault);
		const group = await semaphore.acquireMany(2, {revokeOn: 'lost'});
		group.throwIfLost();
		t.deepEqual(
			(await onlooker.names(`${path}/leases`)).toSorted(),
			group.leases.map(lease => nameOf(lease.path)).toSorted(),
		);
		await onlooker.queued(`${path}/locks`, 0);
		await group.release();
		await nothingLeft(path, one.client);
	});
}

test('the guard is deleted by hand, or its session ends: it begins anew', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const path = '/sem/guard';
	const held = await new Semaphore(client, path, {leases: 1}).acquire();
	const acquiring = new Semaphore(other, path, {leases: 1}).acquire({revokeOn: 'lost'});
	await waiting(path);
	const [guard] = await onlooker.names(`${path}/locks`);
	await onlooker.client.delete(`${path}/locks/${guard}`);
	await eventually(
		() => onlooker.names(`${path}/locks`),
		names => names.length === 1 && names[0] !== guard,
	);
	await waiting(path);
	const [second] = await onlooker.names(`${path}/locks`);
	await onlooker.expire(other);
	await eventually(
		() => onlooker.names(`${path}/locks`),
		names => names.length === 1 && names[0] !== second,
	);
	await held.release();
	const lease = await acquiring;
	t.is((await client.exists(lease.path))?.ephemeralOwner, other.session?.id);
	await lease.release();
	await nothingLeft(path, client, other);
});

test('a lease is lost with the connection, its session or its znode', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const semaphore = new Semaphore(one.client, '/sem/loss', {leases: 2});
	const ended = (lease: Lease): Promise<string> =>
		new Promise(resolve => {
			lease.signal.addEventListener('abort', () => resolve((lease.signal.reason as LeaseLostError).reason));
		});
	const cautious = await semaphore.acquire();
	const patient = await semaphore.acquire({revokeOn: 'lost'});
	const suspension = ended(cautious);
	const expiry = ended(patient);
	one.proxy.reset();
	t.is(await suspension, 'suspended');
	await cautious.release();
	await onlooker.expire(one.client);
	t.is(await expiry, 'session');
	await nothingLeft('/sem/loss', one.client);
});

test('bad arguments are refused before any I/O', async t => {
	await using client = await connect(onlooker.server.connectString);
	for (const leases of [0, -1, 1.5, Number.NaN])
		t.throws(() => new Semaphore(client, '/sem/bad', {leases}), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new Semaphore(client, 'bad', {leases: 1}), {code: 'INVALID_ARGUMENT'});
	const semaphore = new Semaphore(client, '/sem/bad', {leases: 2});
	for (const count of [0, 3, 1.5]) await t.throwsAsync(semaphore.acquireMany(count), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(semaphore.acquire({revokeOn: 'never' as 'lost'}), {code: 'INVALID_ARGUMENT'});
	t.is(await client.exists('/sem/bad'), undefined);
});

test('a refusal rejects, and leaves nothing', async t => {
	await using client = await connect(onlooker.server.connectString);
	await client.create('/sem/refused/locks', '', {createParents: true});
	await client.setAcl('/sem/refused', [{permissions: ['read'], scheme: 'world', id: 'anyone'}]);
	await t.throwsAsync(new Semaphore(client, '/sem/refused', {leases: 1}).acquire(), {code: 'NO_AUTH'});
	await onlooker.nothingLeft('/sem/refused/locks', client);
});

test('a queue of leases that was removed is created anew', async t => {
	await using client = await connect(onlooker.server.connectString);
	const semaphore = new Semaphore(client, '/sem/reaped', {leases: 1});
	await (await semaphore.acquire()).release();
	await client.delete('/sem/reaped/leases');
	await (await semaphore.acquire()).release();
	for (const path of ['/sem/reaped/leases', '/sem/reaped/locks', '/sem/reaped']) await client.delete(path);
	await (await semaphore.acquire()).release();
	t.deepEqual(await semaphore.participants(), []);
	await nothingLeft('/sem/reaped', client);
});

test('a semaphore mutex has one lease', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new SemaphoreMutex(client, '/sem/mutex');
	await mutex.run(async () => {
		t.is(await mutex.tryAcquire(), undefined);
	});
	const group: LeaseGroup = await mutex.acquireMany(1);
	await group.release();
	await nothingLeft('/sem/mutex', client);
});
