import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {HeldLease} from '../../recipes/held-lease.ts';
import {type Lease, LeaseLostError, type LossReason, Mutex} from '../../recipes/index.ts';
import {block} from '../helpers/block.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient} from '../helpers/proxied-client.ts';

let server: TestingServer;
test.before(async () => {
	server = await TestingServer.start();
});
test.after.always(() => server?.close());

async function loss({signal}: Lease): Promise<LossReason> {
	await eventually(
		() => signal.aborted,
		aborted => aborted,
	);
	if (signal.reason instanceof LeaseLostError) return signal.reason.reason;
	throw signal.reason;
}

async function expire(client: Client): Promise<void> {
	const {session} = client;
	if (session) await server.killSession(session.id, session.password);
}

test('a lost connection ends a lease, unless it is to last until the session may be lost', async t => {
	await using one = await ProxiedClient.connect(server);
	const {client, proxy} = one;
	const brittle = await new Mutex(client, '/brittle').acquire();
	const tough = await new Mutex(client, '/tough').acquire({revokeOn: 'lost'});
	proxy.reset();
	t.is(await loss(brittle), 'suspended');
	const error = t.throws(() => brittle.throwIfLost(), {instanceOf: LeaseLostError, code: 'LEASE_LOST'});
	t.is(error?.path, brittle.path);
	await eventually(
		() => client.state.status,
		status => status === 'connected',
	);
	tough.throwIfLost();
	t.truthy(await client.exists(brittle.path), 'the znode stays until the release');
	await brittle.release();
	t.is(await client.exists(brittle.path), undefined);
	await client.delete(tough.path);
	t.is(await loss(tough), 'deleted', 'the own watch has survived the reconnection');
	await tough.release();
	t.is(listenerCount(client), 0);
});

test('the end of the session ends every lease, and a new one can be had', async t => {
	await using one = await ProxiedClient.connect(server);
	const {client} = one;
	const mutex = new Mutex(client, '/expires');
	const lease = await mutex.acquire({revokeOn: 'lost'});
	await expire(client);
	t.is(await loss(lease), 'session');
	await lease.release();
	const next = await mutex.acquire();
	t.true(next.fencingToken > lease.fencingToken);
	next.throwIfLost();
	await next.release();
	t.is(listenerCount(client), 0);
});

test('silence ends a lease before the session may end', async t => {
	await using one = await ProxiedClient.connect(server, {sessionTimeout: 2000});
	const lease = await new Mutex(one.client, '/silence').acquire({revokeOn: 'lost'});
	const deadline = one.client.trustedUntil;
	let lost = false;
	one.client.on('lost', () => {
		lost = true;
	});
	one.proxy.blackhole();
	t.is(await loss(lease), 'untrusted');
	t.false(lost);
	t.true(performance.now() >= deadline);
});

test.serial('a blocked event loop: the lease is lost at the first question after it', async t => {
	await using client = await connect(server.connectString, {sessionTimeout: 1000});
	const lease = await new Mutex(client, '/blocked').acquire({revokeOn: 'lost'});
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
	t.throws(() => lease.throwIfLost(), {instanceOf: LeaseLostError});
	t.true(lease.signal.aborted);
});

test.serial('a blocked event loop: a call under the lease fails at once', async t => {
	await using client = await connect(server.connectString, {sessionTimeout: 1000});
	await client.create('/blocked-call');
	const lease = await new Mutex(client, '/blocked-call/lock').acquire({revokeOn: 'lost'});
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
	await t.throwsAsync(client.set('/blocked-call', 'late', {signal: lease.signal}), {code: 'ABORTED'});
	await lease.release();
	t.is((await client.get('/blocked-call')).stat.version, 0);
});

test('release is idempotent, aborts nothing, and ends the lease', async t => {
	await using client = await connect(server.connectString);
	const lease = await new Mutex(client, '/release').acquire();
	const first = lease.release();
	t.is(lease.release(), first);
	await first;
	await lease[Symbol.asyncDispose]();
	t.false(lease.signal.aborted);
	t.is(await client.exists(lease.path), undefined);
	const error = t.throws(() => lease.throwIfLost(), {instanceOf: LeaseLostError});
	t.is(error?.reason, 'released');
});

test('a release without a connection is done when there is one again', async t => {
	await using one = await ProxiedClient.connect(server);
	await using onlooker = await connect(server.connectString);
	const lease = await new Mutex(one.client, '/later').acquire();
	one.proxy.refuse();
	t.is(await loss(lease), 'suspended');
	const released = lease.release();
	t.truthy(await onlooker.exists(lease.path));
	await one.proxy.restore();
	await released;
	t.is(await onlooker.exists(lease.path), undefined);
	t.is(listenerCount(one.client), 0);
});

test('a lease that is granted when its session cannot be trusted any more is lost from the start', async t => {
	await using client = await connect(server.connectString, {sessionTimeout: 1000});
	block(1000);
	const lease = new HeldLease(client, {path: '/late', fencingToken: 1n}, async () => {});
	t.true(lease.signal.aborted);
	t.throws(() => lease.throwIfLost(), {instanceOf: LeaseLostError, code: 'LEASE_LOST'});
});
