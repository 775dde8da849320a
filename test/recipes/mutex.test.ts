import test from 'ava';
import {connect} from '../../lib/index.ts';
import {inCuratorOrder} from '../../recipes/contender-name.ts';
import {LeaseLostError, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('a warm acquire is one round trip, and so is the release', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const {proxy, client} = one;
	const mutex = new Mutex(client, '/warm/lock');
	await (await mutex.acquire()).release();
	proxy.latency(5);
	const acquiring = proxy.record();
	const lease = await mutex.acquire();
	acquiring.stop();
	t.is(acquiring.flights, 1);
	t.deepEqual(
		acquiring.requests.map(({op}) => op),
		['create2', 'getChildren2'],
	);
	await eventually(
		() => watchesUnder(onlooker.server, '/warm/lock'),
		watches => watches[lease.path] === 1,
	);
	const releasing = proxy.record();
	await lease.release();
	releasing.stop();
	t.deepEqual(
		releasing.requests.map(({op}) => op),
		['delete'],
	);
	await onlooker.nothingLeft('/warm/lock', client);
});

test('a cold acquire is two round trips, and creates only what is missing', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const {proxy, client} = one;
	await client.create('/cold');
	proxy.latency(5);
	const recording = proxy.record();
	const lease = await new Mutex(client, '/cold/a/b').acquire();
	recording.stop();
	t.is(recording.flights, 2);
	t.deepEqual(
		recording.requests.map(({op, flight}) => `${flight} ${op}`),
		[
			'1 exists',
			'1 exists',
			'1 exists',
			'1 create2',
			'1 getChildren2',
			'2 createContainer',
			'2 createContainer',
			'2 create2',
			'2 getChildren2',
		],
	);
	await lease.release();
	const again = proxy.record();
	const other = await new Mutex(client, '/cold/a/c').acquire();
	again.stop();
	t.is(again.flights, 2);
	t.is(again.count('createContainer'), 1);
	await other.release();
	await onlooker.nothingLeft('/cold/a/b', client);
});

test('a path that exists but is new to this client is one round trip', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/known');
	one.proxy.latency(5);
	const recording = one.proxy.record();
	await using lease = await new Mutex(one.client, '/known').acquire();
	recording.stop();
	t.is(recording.flights, 1);
	t.true(lease.path.startsWith('/known/'));
});

test('a queue that was removed since costs one round trip more', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const {proxy, client} = one;
	const mutex = new Mutex(client, '/reaped/lock');
	await (await mutex.acquire()).release();
	await client.delete('/reaped/lock');
	proxy.latency(5);
	const recording = proxy.record();
	const lease = await mutex.acquire();
	recording.stop();
	t.is(recording.flights, 2);
	await lease.release();
	await client.delete('/reaped/lock');
	await client.delete('/reaped');
	await using again = await mutex.acquire();
	again.throwIfLost();
	t.pass();
});

test('a hand-over between two costs nothing after the event', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const first = await new Mutex(one.client, '/hand-over').acquire();
	two.proxy.latency(5);
	const parking = two.proxy.record();
	const waiting = new Mutex(two.client, '/hand-over').acquire();
	const watched = await eventually(
		() => watchesUnder(onlooker.server, '/hand-over'),
		watches => watches[first.path] === 2 && Object.keys(watches).length === 2,
	);
	t.is(Object.keys(watched).length, 2);
	t.is(parking.flights, 2);
	parking.stop();
	const recording = two.proxy.record();
	await first.release();
	const second = await waiting;
	recording.stop();
	t.is(recording.count(), 0);
	t.true(second.fencingToken > first.fencingToken);
	await second.release();
	await onlooker.nothingLeft('/hand-over', one.client, two.client);
});

test('the znodes are those of Curator', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using lease = await new Mutex(client, '/curator').acquire();
	t.regex(lease.path, /^\/curator\/_c_[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}-lock-\d{10}$/);
	const {data, stat} = await client.get(lease.path);
	t.regex(String(data), /^\d+\.\d+\.\d+\.\d+$/);
	t.is(stat.czxid, lease.fencingToken);
	t.is(stat.ephemeralOwner, client.session?.id ?? 0n);
	const {data: parent} = await client.get('/curator');
	t.is(parent?.length, 0);
});

test('bad arguments are refused before any I/O', async t => {
	await using client = await connect(onlooker.server.connectString);
	t.throws(() => new Mutex(client, 'no-slash'), {code: 'INVALID_ARGUMENT'});
	const mutex = new Mutex(client, '/never');
	await t.throwsAsync(mutex.acquire({revokeOn: 'never' as 'lost'}), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(mutex.acquire({signal: AbortSignal.abort('why')}), {code: 'ABORTED', message: /\/never/});
	t.is(await client.exists('/never'), undefined);
});

test('acquires of one object are contenders of their own', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/own');
	let holders = 0;
	await Promise.all(
		Array.from({length: 20}, async () => {
			await using lease = await mutex.acquire();
			t.is(++holders, 1, lease.path);
			await client.exists('/own');
			holders--;
		}),
	);
	await onlooker.nothingLeft('/own', client);
});

test('tryAcquire does not wait, and leaves nothing', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const lease = await new Mutex(client, '/try').tryAcquire();
	t.truthy(lease);
	t.is(await new Mutex(other, '/try').tryAcquire(), undefined);
	t.is((await onlooker.names('/try')).length, 1);
	t.is(listenerCount(other), 0);
	await lease?.release();
	await using second = await new Mutex(other, '/try').tryAcquire();
	t.truthy(second);
});

test('kazoo is waited for, strays are not', async t => {
	await using client = await connect(onlooker.server.connectString);
	await client.create('/mixed');
	await client.create('/mixed/0');
	await client.create('/mixed/note-0000000000');
	const {path} = await client.create('/mixed/0123456789abcdef0123456789abcdef__lock__', '', {
		mode: 'ephemeral-sequential',
		protect: false,
	});
	const mutex = new Mutex(client, '/mixed');
	t.is(await mutex.tryAcquire(), undefined);
	const waiting = mutex.acquire();
	await onlooker.queued('/mixed', 4);
	await client.delete(path);
	await (await waiting).release();
	t.deepEqual([...(await onlooker.names('/mixed'))].sort(), ['0', 'note-0000000000']);
});

test('strictly as Curator, a stray child before mine is waited for, and one that comes later as well', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/strict', {strictCurator: true});
	await client.create('/strict');
	await client.create('/strict/zzz');
	const held = await mutex.acquire();
	const waiting = mutex.acquire();
	const [, second = ''] = await onlooker.queued('/strict', 3).then(names => inCuratorOrder(names, 'lock-'));
	await client.create('/strict/0');
	t.deepEqual(
		(await mutex.participants()).map(({path}) => path),
		['/strict/0', held.path, `/strict/${second}`, '/strict/zzz'],
	);
	await held.release();
	// The waiter has listed again, and watches the stray.
	await eventually(
		() => watchesUnder(onlooker.server, '/strict'),
		watches => watches['/strict/0'] === 1,
	);
	t.is(await mutex.tryAcquire(), undefined);
	await client.delete('/strict/0');
	await (await waiting).release();
	await client.delete('/strict/zzz');
	await onlooker.nothingLeft('/strict', client);
});

test('run hands over the lease, and gives it back', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/run');
	t.is(await mutex.run(async ({path}) => (await client.exists(path))?.version), 0);
	await t.throwsAsync(
		mutex.run(() => {
			throw new Error('mine');
		}),
		{message: 'mine'},
	);
	await onlooker.nothingLeft('/run', client);
});

test('run waits for its work when the lease is lost, then rejects with the loss', async t => {
	await using client = await connect(onlooker.server.connectString);
	let settled = false;
	const running = new Mutex(client, '/run-lost').run(async lease => {
		await client.delete(lease.path);
		await eventually(
			() => lease.signal.aborted,
			aborted => aborted,
		);
		await client.exists('/run-lost');
		settled = true;
	});
	const error = await t.throwsAsync(running, {instanceOf: LeaseLostError});
	t.is(error?.reason, 'deleted');
	t.true(settled);
	await onlooker.nothingLeft('/run-lost', client);
});
