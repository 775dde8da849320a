import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {DoubleBarrier} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

function barriers(clients: readonly Client[], path: string, members = clients.length): DoubleBarrier[] {
	return clients.map(client => new DoubleBarrier(client, path, {members}));
}

async function threeClients(): Promise<[Client, Client, Client] & AsyncDisposable> {
	const clients: [Client, Client, Client] = [
		await onlooker.connect(),
		await onlooker.connect(),
		await onlooker.connect(),
	];
	return Object.assign(clients, {
		async [Symbol.asyncDispose]() {
			await Promise.all(clients.map(client => client.close()));
		},
	});
}

/** Waits until the one who waits to enter has its watch. */
async function waitsToEnter(path: string, count: number): Promise<void> {
	await eventually(
		() => watchesUnder(onlooker.server, path),
		watches => watches[`${path}/ready`] === count,
	);
}

test('#58 nobody enters before all have come, nobody leaves before all leave, round after round', async t => {
	await using clients = await threeClients();
	const rounds = 10;
	const [coming, leaving] = [Array<number>(rounds).fill(0), Array<number>(rounds).fill(0)];
	await Promise.all(
		barriers(clients, '/barrier/rounds').map(async barrier => {
			for (let round = 0; round < rounds; round++) {
				coming[round] = (coming[round] ?? 0) + 1;
				const stay = await barrier.enter();
				t.is(coming[round], 3);
				leaving[round] = (leaving[round] ?? 0) + 1;
				await stay.leave();
				t.is(leaving[round], 3);
				await stay.leave();
			}
		}),
	);
	await onlooker.nothingLeft('/barrier/rounds', ...clients);
});

test('#58 more than the barrier is for enter and leave, too', async t => {
	await using clients = await threeClients();
	const [one, two, three] = barriers(clients, '/barrier/more', 2) as [DoubleBarrier, DoubleBarrier, DoubleBarrier];
	const all = [one, two, three, one, two];
	let [inside, most] = [0, 0];
	await Promise.all(
		all.map(async barrier => {
			const stay = await barrier.enter();
			most = Math.max(most, ++inside);
			await eventually(
				() => most,
				seen => seen === all.length,
			);
			await stay.leave();
		}),
	);
	t.is(most, all.length);
	await onlooker.nothingLeft('/barrier/more', ...clients);
});

test('#58 what wakes a waiter without need does not let it pass', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	await using client = await onlooker.connect();
	const path = '/barrier/spurious';
	const [waiter, other] = barriers([one.client, client], path) as [DoubleBarrier, DoubleBarrier];
	let isInside = false;
	const entering = waiter.enter().finally(() => (isInside = true));
	await waitsToEnter(path, 1);
	const [member] = (await onlooker.names(path)).map(name => `${path}/${name}`);
	one.proxy.reset();
	await onlooker.client.set(member ?? '', 'noise');
	await onlooker.client.transaction().create(`${path}/ready`).delete(`${path}/ready`).commit();
	await waitsToEnter(path, 1);
	await one.client.sync(path);
	t.false(isInside);
	const [first, second] = await Promise.all([entering, other.enter()]);
	await Promise.all([first.leave(), second.leave()]);
	await onlooker.nothingLeft(path, one.client, client);
});

test('#58 an ended session rejects who waits to enter, and counts no more', async t => {
	await using clients = await threeClients();
	const path = '/barrier/lost';
	const [one, two, three] = barriers(clients, path, 2) as [DoubleBarrier, DoubleBarrier, DoubleBarrier];
	const lost = t.throwsAsync(one.enter(), {code: 'LEASE_LOST', message: /the session has ended/});
	await waitsToEnter(path, 1);
	await onlooker.expire(clients[0]);
	await lost;
	await onlooker.queued(path, 0);
	const stays = await Promise.all([two.enter(), three.enter()]);
	await Promise.all(stays.map(stay => stay.leave()));
	await onlooker.nothingLeft(path, ...clients);
});

test('#58 an ended session inside is told, leave rejects, and the others can leave', async t => {
	await using clients = await threeClients();
	const path = '/barrier/inside';
	const [one, two, three] = await Promise.all(barriers(clients, path).map(barrier => barrier.enter()));
	if (!one || !two || !three) throw new Error('three are inside');
	await onlooker.expire(clients[0]);
	const others = Promise.all([two.leave(), three.leave()]);
	await eventually(
		() => one.signal.aborted,
		aborted => aborted,
	);
	await t.throwsAsync(one.leave(), {code: 'LEASE_LOST'});
	await others;
	t.false(two.signal.aborted);
	await onlooker.nothingLeft(path, ...clients);
});

test('#58 a member that is deleted by hand is told so', async t => {
	await using client = await onlooker.connect();
	const path = '/barrier/deleted';
	const stay = await new DoubleBarrier(client, path, {members: 1}).enter();
	await onlooker.client.delete(stay.path);
	await client.sync(path);
	await t.throwsAsync(stay.leave(), {code: 'LEASE_LOST', message: /deleted/});
	t.true(stay.signal.aborted);
});

test('#58 a server that is restarted is survived by who waits on either side', async t => {
	await using quiet = await QueueOnlooker.start();
	const connected = [
		await connect(quiet.server.connectString, {sessionTimeout: 60_000}),
		await connect(quiet.server.connectString, {sessionTimeout: 60_000}),
	] as const;
	const [one, two] = barriers(connected, '/restart') as [DoubleBarrier, DoubleBarrier];
	const entering = one.enter();
	await quiet.queued('/restart', 1);
	await quiet.server.restart();
	const [first, second] = await Promise.all([entering, two.enter()]);
	const leaving = first.leave();
	await quiet.queued('/restart', 2);
	await quiet.server.restart();
	await Promise.all([leaving, second.leave()]);
	t.deepEqual((await quiet.client.children('/restart')).children, []);
	await Promise.all(connected.map(client => client.close()));
});

test('#58 a barrier that everybody crashed in does not let the next ones pass alone', async t => {
	await using clients = await threeClients();
	const path = '/barrier/stale';
	await Promise.all(barriers([clients[0], clients[1]], path).map(barrier => barrier.enter()));
	await Promise.all([clients[0], clients[1]].map(client => onlooker.expire(client)));
	await eventually(
		() => onlooker.names(path),
		names => names.length === 1,
	);
	const [one, two] = barriers([clients[2], clients[0]], path) as [DoubleBarrier, DoubleBarrier];
	const entering = one.enter();
	await waitsToEnter(path, 1);
	t.false((await onlooker.names(path)).includes('ready'));
	const stays = await Promise.all([entering, two.enter()]);
	await Promise.all(stays.map(stay => stay.leave()));
	await onlooker.nothingLeft(path, ...clients);
});

test('an aborted enter takes itself out, and was never counted without a connection', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	const path = '/barrier/abort';
	const [barrier] = barriers([one.client], path, 2);
	if (!barrier) throw new Error('there is one');
	const controller = new AbortController();
	const entering = barrier.enter({signal: controller.signal});
	await waitsToEnter(path, 1);
	controller.abort();
	await t.throwsAsync(entering, {code: 'ABORTED'});
	await onlooker.nothingLeft(path, one.client);
	await t.throwsAsync(barrier.enter({signal: AbortSignal.abort()}), {code: 'ABORTED'});

	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	await t.throwsAsync(barrier.enter({signal: AbortSignal.timeout(20)}), {code: 'ABORTED'});
	const creates = one.proxy.observe({request: 'create2'});
	await one.proxy.restore();
	await one.client.sync(path);
	t.is(creates.hits, 0);
	await onlooker.nothingLeft(path, one.client);
});

test('who aborts its leave is out, and may wait on', async t => {
	await using clients = await threeClients();
	const path = '/barrier/leave';
	const [one, two] = await Promise.all(barriers([clients[0], clients[1]], path).map(barrier => barrier.enter()));
	if (!one || !two) throw new Error('two are inside');
	const controller = new AbortController();
	const leaving = one.leave({signal: controller.signal});
	await onlooker.queued(path, 2);
	controller.abort();
	await t.throwsAsync(leaving, {code: 'ABORTED'});
	await eventually(
		() => watchesUnder(onlooker.server, path),
		watches => watches[two.path] === 1,
	);
	const again = one.leave();
	// Who is out need not keep its session.
	await onlooker.expire(clients[0]);
	await two.leave();
	await again;
	await onlooker.nothingLeft(path, ...clients);
});

test('a create whose reply was lost is not counted twice', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	const path = '/barrier/once';
	await onlooker.client.ensure(path);
	const lost = one.proxy.resetOn({reply: 'create2'});
	const [waiter, other] = barriers([one.client, one.client], path) as [DoubleBarrier, DoubleBarrier];
	const entering = waiter.enter();
	await lost.arrived;
	await waitsToEnter(path, 1);
	t.is((await onlooker.names(path)).length, 1);
	const stays = await Promise.all([entering, other.enter()]);
	await Promise.all(stays.map(stay => stay.leave()));
	await onlooker.nothingLeft(path, one.client);
});

test('a stay that is closed waits for nobody', async t => {
	await using client = await onlooker.connect();
	const path = '/barrier/close';
	const barrier = new DoubleBarrier(client, path, {members: 2});
	const [one, two] = await Promise.all([barrier.enter(), barrier.enter()]);
	await one.close();
	t.is((await onlooker.names(path)).length, 2);
	await t.throwsAsync(one.leave(), {code: 'LEASE_LOST'});
	await two.leave();
	await onlooker.nothingLeft(path, client);
});

test('bad input and a closed client', async t => {
	const client = await onlooker.connect();
	for (const members of [0, -1, 1.5, Number.NaN])
		t.throws(() => new DoubleBarrier(client, '/barrier', {members}), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new DoubleBarrier(client, 'barrier', {members: 1}), {code: 'INVALID_ARGUMENT'});
	const entering = new DoubleBarrier(client, '/barrier/closed', {members: 2}).enter();
	await waitsToEnter('/barrier/closed', 1);
	await client.close();
	await t.throwsAsync(entering, {code: 'LEASE_LOST', message: /the client was closed/});
	await t.throwsAsync(new DoubleBarrier(client, '/barrier/closed', {members: 2}).enter(), {code: 'CLIENT_CLOSED'});
});
