import test from 'ava';
import {ClientClosedError, connect} from '../../lib/index.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {LeaseLostError, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('a create whose reply was lost is found, not repeated', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/lost-reply');
	const creates = one.proxy.observe({request: 'create2', times: Infinity});
	one.proxy.resetOn({reply: 'create2'});
	const lease = await new Mutex(one.client, '/lost-reply').acquire();
	t.is(creates.hits, 1);
	t.is((await onlooker.names('/lost-reply')).length, 1);
	t.is((await onlooker.client.exists(lease.path))?.czxid, lease.fencingToken);
	lease.throwIfLost();
	await lease.release();
	await onlooker.nothingLeft('/lost-reply', one.client);
});

test('a create that never came is made anew', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/lost-request');
	one.proxy.resetOn({request: 'create2'});
	const lease = await new Mutex(one.client, '/lost-request').acquire();
	t.is((await onlooker.names('/lost-request')).length, 1);
	await lease.release();
	await onlooker.nothingLeft('/lost-request', one.client);
});

test('the reply is lost with the session: the old znode is not adopted', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/lost-session');
	const held = one.proxy.hold({reply: 'create2'});
	const acquiring = new Mutex(one.client, '/lost-session').acquire();
	await held.arrived;
	await onlooker.expire(one.client);
	held.reset();
	const lease = await acquiring;
	t.is((await onlooker.client.exists(lease.path))?.ephemeralOwner, one.client.session?.id);
	t.is((await onlooker.names('/lost-session')).length, 1);
	await lease.release();
	await onlooker.nothingLeft('/lost-session', one.client);
});

test('a waiter survives lost connections, and hears of what it missed', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/reconnect').acquire();
	const acquiring = new Mutex(two.client, '/reconnect').acquire();
	await onlooker.parked('/reconnect', holder);
	const reconnected = new Promise(resolve => two.client.once('reconnected', resolve));
	two.proxy.reset();
	await reconnected;
	await onlooker.parked('/reconnect', holder);
	two.proxy.refuse();
	await holder.release();
	await two.proxy.restore();
	const lease = await acquiring;
	t.true(lease.fencingToken > holder.fencingToken);
	await lease.release();
	await onlooker.nothingLeft('/reconnect', one.client, two.client);
});

test('a waiter whose session ends queues anew', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/waiter-expires').acquire();
	const acquiring = new Mutex(two.client, '/waiter-expires').acquire();
	await onlooker.parked('/waiter-expires', holder);
	const before = two.client.session?.id;
	await onlooker.expire(two.client);
	await eventually(
		() => two.client.session?.id,
		id => id !== undefined && id !== before,
	);
	await onlooker.parked('/waiter-expires', holder);
	await holder.release();
	await (await acquiring).release();
	t.pass();
	await onlooker.nothingLeft('/waiter-expires', one.client, two.client);
});

test('a waiter whose znode is deleted by hand queues anew', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/by-hand').acquire();
	const acquiring = new Mutex(two.client, '/by-hand').acquire();
	await onlooker.parked('/by-hand', holder);
	const own = (await onlooker.names('/by-hand')).find(name => !holder.path.endsWith(name));
	await onlooker.client.delete(`/by-hand/${own}`);
	await eventually(
		() => onlooker.names('/by-hand'),
		children => children.length === 2 && !children.includes(String(own)),
	);
	await onlooker.parked('/by-hand', holder);
	await holder.release();
	await (await acquiring).release();
	t.pass();
	await onlooker.nothingLeft('/by-hand', one.client, two.client);
});

test('everything is deleted by hand: the holder hears of it, a waiter gets the lock', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/all-gone/lock').acquire();
	const acquiring = new Mutex(two.client, '/all-gone/lock').acquire();
	await onlooker.parked('/all-gone/lock', holder);
	// The waiter's first: the other way round it would hold for a moment, and hear of its loss next.
	const waiters = (await onlooker.names('/all-gone/lock')).filter(name => !holder.path.endsWith(name));
	const transaction = onlooker.client.transaction();
	for (const name of waiters) transaction.delete(`/all-gone/lock/${name}`);
	await transaction.delete(holder.path).delete('/all-gone/lock').delete('/all-gone').commit();
	const lease = await acquiring;
	// The two hear of it over connections of their own.
	await eventually(
		() => holder.signal.aborted,
		isLost => isLost,
	);
	t.false(lease.signal.aborted);
	await holder.release();
	t.is((await onlooker.names('/all-gone/lock')).length, 1);
	await lease.release();
	await onlooker.nothingLeft('/all-gone/lock', one.client, two.client);
});

test('a closed client rejects its waiters, and its leases are lost', async t => {
	const client = await connect(onlooker.server.connectString);
	const lease = await new Mutex(client, '/closed').acquire();
	const waiting = new Mutex(client, '/closed').acquire();
	await onlooker.queued('/closed', 2);
	const closing = client.close();
	t.throws(() => lease.throwIfLost(), {instanceOf: LeaseLostError});
	await t.throwsAsync(waiting, {instanceOf: ClientClosedError});
	await closing;
	t.true(lease.signal.aborted);
	await lease.release();
	await t.throwsAsync(new Mutex(client, '/closed').acquire(), {instanceOf: ClientClosedError});
	await onlooker.nothingLeft('/closed', client);
});

test('a refusal rejects, and leaves nothing', async t => {
	await using client = await connect(onlooker.server.connectString);
	await client.create('/readable', '', {acl: [{permissions: ['read'], scheme: 'world', id: 'anyone'}]});
	await t.throwsAsync(new Mutex(client, '/readable').acquire(), {code: 'NO_AUTH'});
	await t.throwsAsync(new Mutex(client, '/readable/below').acquire(), {code: 'NO_AUTH'});
	await onlooker.nothingLeft('/readable', client);
});

test('a holder that may not read its own znode keeps it', async t => {
	await onlooker.client.create('/unreadable');
	await using client = await connect(onlooker.server.connectString, {
		acl: [{permissions: ['write', 'create', 'delete', 'admin'], scheme: 'world', id: 'anyone'}],
	});
	const lease = await new Mutex(client, '/unreadable').acquire();
	await t.throwsAsync(client.get(lease.path), {code: 'NO_AUTH'});
	t.is((await onlooker.names('/unreadable')).length, 1);
	lease.throwIfLost();
	await lease.release();
	await onlooker.nothingLeft('/unreadable', client);
});

test('a chroot that does not exist is said so', async t => {
	await using client = await connect(`${onlooker.server.connectString}/no/such/chroot`);
	await t.throwsAsync(new Mutex(client, '/lock').acquire(), {code: 'NO_NODE'});
	t.is(listenerCount(client), 0);
});

test('in a queue of eight, a hand-over costs nothing after the event', async t => {
	const holder = await new Mutex(onlooker.client, '/eight').acquire();
	const contenders = await Promise.all(Array.from({length: 7}, () => ProxiedClient.connect(onlooker.server)));
	const next = new Map<number, Deferred<void>>();
	const waits = contenders.map(() => deferred());
	const lists = contenders.map(({proxy}) => proxy.record());
	const running: Promise<void>[] = [];
	for (const [index, {client, proxy}] of contenders.entries()) {
		proxy.latency(5);
		running.push(
			new Mutex(client, '/eight').acquire().then(async lease => {
				next.get(index)?.resolve();
				await waits[index]?.promise;
				await lease.release();
			}),
		);
		await onlooker.queued('/eight', index + 2);
	}
	const releases = [(): void => void holder.release(), ...waits.map(wait => (): void => wait.resolve())];
	for (const [index, {proxy}] of contenders.entries()) {
		// Settled: the two before were watched, and, but for the first ones, the list was renewed when the earlier went.
		await eventually(
			() => watchesUnder(onlooker.server, '/eight'),
			watches => Object.values(watches).reduce((sum, count) => sum + count, 0) === expectedWatches(7 - index),
		);
		await eventually(
			() => lists[index]?.count('getChildren2'),
			count => count === (index > 1 ? 2 : 1),
		);
		const held = deferred();
		next.set(index, held);
		const recording = proxy.record();
		releases[index]?.();
		await held.promise;
		recording.stop();
		t.is(recording.count(), 0, `contender ${index + 1} waited for an answer`);
	}
	releases.at(-1)?.();
	await Promise.all(running);
	await onlooker.nothingLeft('/eight', ...contenders.map(({client}) => client));
	await Promise.all(contenders.map(contender => contender[Symbol.asyncDispose]()));
});

/** The holder's own watch; each waiter's own, and those on the two before it. */
function expectedWatches(waiters: number): number {
	return 1 + waiters + (waiters + Math.max(0, waiters - 1));
}
