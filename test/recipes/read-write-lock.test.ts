import test from 'ava';
import {connect, nameOf} from '../../lib/index.ts';
import {type Lease, LeaseLostError, Mutex, ReadWriteLock} from '../../recipes/index.ts';
import {listenerCount, ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';
import {until} from '../helpers/until.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('a warm read or write lease is one round trip, and so is a downgrade', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const lock = new ReadWriteLock(one.client, '/rw/warm');
	await (await lock.read.acquire()).release();
	one.proxy.latency(5);
	const flights = async (work: () => Promise<Lease>): Promise<Lease> => {
		using recording = one.proxy.record();
		const lease = await work();
		t.is(recording.flights, 1);
		return lease;
	};
	await (await flights(() => lock.read.acquire())).release();
	const written = await flights(() => lock.write.acquire());
	const read = await flights(() => lock.read.acquire({downgradeFrom: written}));
	await written.release();
	await read.release();
	await onlooker.nothingLeft('/rw/warm', one.client);
});

test('the znodes are those of Curator, the downgraded one with the sequence of its writer', async t => {
	await using client = await connect(onlooker.server.connectString);
	const lock = new ReadWriteLock(client, '/rw/names', {data: 'me'});
	await (await lock.read.acquire()).release();
	const written = await lock.write.acquire();
	t.regex(nameOf(written.path), /^_c_[\da-f-]{36}-__WRIT__0000000001$/);
	const read = await lock.read.acquire({downgradeFrom: written});
	t.regex(nameOf(read.path), /^_c_[\da-f-]{36}-__READ__0000000001$/);
	const {data, stat} = await client.get(read.path);
	t.is(String(data), 'me');
	t.is(stat.czxid, read.fencingToken);
	t.is(stat.ephemeralOwner, client.session?.id ?? 0n);
	t.true(read.fencingToken > written.fencingToken);
	await written.release();
	read.throwIfLost();
	await read.release();
});

test('readers share, writers do not; first come, first served', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/rw/order';
	const lock = new ReadWriteLock(client, path);
	const readers = [await lock.read.acquire(), await lock.read.acquire()];
	t.is(await lock.write.tryAcquire(), undefined);
	const order: string[] = [];
	const queue = async (name: string, half: {acquire(): Promise<Lease>}): Promise<Lease> => {
		const lease = await half.acquire();
		order.push(name);
		return lease;
	};
	const writing = queue('writer', lock.write);
	await onlooker.queued(path, 3);
	t.is(await lock.read.tryAcquire(), undefined, 'a reader that came after a waiting writer waits behind it');
	const reading = [queue('late reader', lock.read), queue('late reader', lock.read)];
	await onlooker.queued(path, 5);
	const last = queue('last writer', lock.write);
	await onlooker.queued(path, 6);
	t.deepEqual(order, []);
	for (const reader of readers) await reader.release();
	await (await writing).release();
	for (const reader of await Promise.all(reading)) await reader.release();
	await (await last).release();
	t.deepEqual(order, ['writer', 'late reader', 'late reader', 'last writer']);
	await onlooker.nothingLeft(path, client);
});

test('each half tells who takes part in it, and can be asked for', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/rw/participants';
	const lock = new ReadWriteLock(client, path, {data: 'me'});
	const asked: Lease[] = [];
	const onRevoke = (lease: Lease): void => void asked.push(lease);
	const written = await lock.write.acquire({onRevoke});
	const read = await lock.read.acquire({downgradeFrom: written, onRevoke});
	const other = new ReadWriteLock(onlooker.client, path, {data: 'other'});
	const waiting = other.write.acquire();
	await onlooker.queued(path, 3);
	const seen = async (half: 'read' | 'write'): Promise<readonly (string | undefined)[]> =>
		(await other[half].participants()).map(({data}) => data?.toString());
	t.deepEqual(await seen('read'), ['']);
	t.deepEqual(await seen('write'), ['', 'other']);

	await other.write.revoke(written.path);
	await until(() => asked.length === 1);
	await written.release();
	await other.read.revoke(read.path);
	await until(() => asked.length === 2);
	await read.release();
	t.deepEqual(asked, [written, read]);
	await (await waiting).release();
	const tried = await lock.read.tryAcquire({onRevoke});
	await other.read.revoke(tried?.path ?? '');
	await until(() => asked.length === 3);
	await tried?.release();
	await t.throwsAsync(lock.read.revoke('/elsewhere/x'), {code: 'INVALID_ARGUMENT'});
	await onlooker.nothingLeft(path, client);
});

test('a reader waits for the writers before it only, not for later ones', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/rw/lower';
	const lock = new ReadWriteLock(client, path);
	const first = await lock.write.acquire();
	const reading = lock.read.acquire();
	await onlooker.queued(path, 2);
	const controller = new AbortController();
	const writing = lock.write.acquire({signal: controller.signal});
	await onlooker.queued(path, 3);
	await first.release();
	const read = await reading;
	controller.abort();
	await t.throwsAsync(writing, {code: 'ABORTED'});
	await read.release();
	await onlooker.nothingLeft(path, client);
});

test('a downgrade is granted before the writers that wait, and keeps them out', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const path = '/rw/downgrade';
	const lock = new ReadWriteLock(client, path);
	const written = await lock.write.acquire();
	let granted = false;
	const writing = new ReadWriteLock(other, path).write.acquire().then(lease => {
		granted = true;
		return lease;
	});
	await onlooker.queued(path, 2);
	const read = await lock.read.acquire({downgradeFrom: written});
	await written.release();
	const beside = await new ReadWriteLock(other, path).read.tryAcquire();
	t.is(beside, undefined, 'a new reader waits for the writer before it');
	t.false(granted);
	read.throwIfLost();
	await read.release();
	await (await writing).release();
	await onlooker.nothingLeft(path, client, other);
});

test('a write lease that has ended cannot be downgraded', async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/rw/ended';
	const lock = new ReadWriteLock(client, path);
	const released = await lock.write.acquire();
	await released.release();
	const error = await t.throwsAsync(lock.read.acquire({downgradeFrom: released}), {instanceOf: LeaseLostError});
	t.is(error?.reason, 'released');
	const read = await lock.read.acquire();
	await t.throwsAsync(lock.read.acquire({downgradeFrom: read}), {code: 'INVALID_ARGUMENT'});
	const elsewhere = await new ReadWriteLock(client, '/rw/other').write.acquire();
	await t.throwsAsync(lock.read.acquire({downgradeFrom: elsewhere}), {code: 'INVALID_ARGUMENT'});
	await read.release();
	await elsewhere.release();
	await onlooker.nothingLeft(path, client);
});

test('the server refuses a downgrade of a writer that was deleted', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const path = '/rw/deleted';
	const lock = new ReadWriteLock(one.client, path);
	const written = await lock.write.acquire();
	const held = one.proxy.hold({request: 'multi'});
	const downgrading = lock.read.acquire({downgradeFrom: written});
	await held.arrived;
	await onlooker.client.delete(written.path);
	held.release();
	await t.throwsAsync(downgrading, {instanceOf: LeaseLostError});
	await onlooker.nothingLeft(path, one.client);
});

test('a downgrade whose reply was lost is recognised, and made once', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const path = '/rw/lost-reply';
	const lock = new ReadWriteLock(one.client, path);
	const written = await lock.write.acquire({revokeOn: 'lost'});
	one.proxy.resetOn({reply: 'multi'});
	const read = await lock.read.acquire({downgradeFrom: written, revokeOn: 'lost'});
	t.is((await onlooker.names(path)).length, 2);
	t.is((await onlooker.client.exists(read.path))?.czxid, read.fencingToken);
	await written.release();
	read.throwIfLost();
	await read.release();
	await onlooker.nothingLeft(path, one.client);
});

test('a downgrade that is aborted leaves nothing', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const path = '/rw/abort';
	const lock = new ReadWriteLock(one.client, path);
	const written = await lock.write.acquire();
	const held = one.proxy.hold({reply: 'multi'});
	const controller = new AbortController();
	const downgrading = lock.read.acquire({downgradeFrom: written, signal: controller.signal});
	await held.arrived;
	controller.abort();
	await t.throwsAsync(downgrading, {code: 'ABORTED'});
	held.release();
	await onlooker.queued(path, 1);
	await written.release();
	await onlooker.nothingLeft(path, one.client);
});

test('a downgraded lease is lost as every lease is', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using one = await ProxiedClient.connect(onlooker.server);
	const path = '/rw/loss';
	const downgraded = async (revokeOn: 'suspended' | 'lost'): Promise<Lease> => {
		const lock = new ReadWriteLock(one.client, path);
		const written = await lock.write.acquire();
		const read = await lock.read.acquire({downgradeFrom: written, revokeOn});
		await written.release();
		return read;
	};
	const ended = (lease: Lease): Promise<string> =>
		new Promise(resolve => {
			lease.signal.addEventListener('abort', () => resolve((lease.signal.reason as LeaseLostError).reason));
		});
	const deleted = await downgraded('suspended');
	const deletion = ended(deleted);
	await client.delete(deleted.path);
	t.is(await deletion, 'deleted');
	const suspended = await downgraded('suspended');
	const suspension = ended(suspended);
	one.proxy.reset();
	t.is(await suspension, 'suspended');
	await suspended.release();
	const patient = await downgraded('lost');
	const expiry = ended(patient);
	await onlooker.expire(one.client);
	t.is(await expiry, 'session');
	await onlooker.nothingLeft(path, one.client);
	t.is(listenerCount(one.client), 0);
});

test("a mutex and kazoo on the same path are waited for by both halves, kazoo's readers by writers only", async t => {
	await using client = await connect(onlooker.server.connectString);
	const path = '/rw/mixed';
	const lock = new ReadWriteLock(client, path);
	const mutex = await new Mutex(client, path).acquire();
	t.is(await lock.read.tryAcquire(), undefined);
	t.is(await lock.write.tryAcquire(), undefined);
	await mutex.release();
	await client.create(`${path}/0123456789abcdef0123456789abcdef__rlock__`, '', {
		mode: 'ephemeral-sequential',
		protect: false,
	});
	t.is(await lock.write.tryAcquire(), undefined);
	t.is(await lock.read.run(() => 'read'), 'read');
});
