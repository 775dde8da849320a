import test, {type ExecutionContext} from 'ava';
import {connect, type Client, type Transaction, TransactionError} from '../../lib/index.ts';
import {LeaderLatch, LeaseLostError, MultiLock, Mutex, ReadWriteLock, Semaphore} from '../../recipes/index.ts';
import {FrozenDeletion} from '../helpers/frozen-deletion.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
let usurper: FrozenDeletion;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
	usurper = await FrozenDeletion.start(onlooker.server.connectString);
});
test.after.always(async () => {
	await usurper?.[Symbol.asyncDispose]();
	await onlooker?.[Symbol.asyncDispose]();
});

test('the server refuses the write of a holder that was frozen', async t => {
	await using client = await connect(onlooker.server.connectString, {sessionTimeout: 30_000});
	await client.create('/order', 'new');
	const lease = await new Mutex(client, '/frozen').acquire();
	const results = await lease.fenced(client.transaction()).set('/order', 'held').commit();
	t.deepEqual(
		results.map(({operation, path}) => `${operation} ${path}`),
		[`check ${lease.path}`, 'set /order'],
	);
	usurper.delete(lease.path);
	lease.throwIfLost();
	t.false(lease.signal.aborted);
	const late = lease.fenced(client.transaction()).set('/order', 'late').commit();
	const error = await t.throwsAsync(late, {instanceOf: LeaseLostError});
	t.is(error?.reason, 'deleted');
	t.is(error?.path, lease.path);
	t.true(error?.cause instanceof TransactionError && error.cause.index === 0);
	t.is(String((await client.get('/order')).data), 'held');
	t.true(lease.signal.aborted);
	t.throws(() => lease.throwIfLost(), {code: 'LEASE_LOST'});
	await lease.release();
});

test('what another operation is refused for is told as ever', async t => {
	await using client = await connect(onlooker.server.connectString);
	const lease = await new Mutex(client, '/other').acquire();
	await client.set(lease.path, '__REVOKE__');
	const wrong = lease.fenced(client.transaction()).set('/missing', 'x').commit();
	const error = await t.throwsAsync(wrong, {instanceOf: TransactionError});
	t.is(error?.index, 1);
	lease.throwIfLost();
	await lease.release();
});

type Fencing = {fenced(transaction: Transaction): Transaction; release(): Promise<void>};

async function writesOnlyWhileHeld(t: ExecutionContext, client: Client, held: Fencing, checks = 1): Promise<void> {
	const write = async () =>
		held.fenced(client.transaction()).create('/fenced-', '', {mode: 'persistent-sequential'}).commit();
	t.is((await write()).length, checks + 1);
	await held.release();
	const error = await t.throwsAsync(write(), {instanceOf: LeaseLostError});
	t.is(error?.reason, 'released');
}

test('every lease fences, until it is released', async t => {
	await using client = await connect(onlooker.server.connectString);
	const {read, write} = new ReadWriteLock(client, '/every/read-write');
	const reentrant = new Mutex(client, '/every/reentrant', {reentrant: true});
	const written = await write.acquire();
	await writesOnlyWhileHeld(t, client, await read.acquire({downgradeFrom: written}));
	await writesOnlyWhileHeld(t, client, written);
	await writesOnlyWhileHeld(t, client, await read.acquire());
	await writesOnlyWhileHeld(t, client, await new Semaphore(client, '/every/semaphore', {leases: 2}).acquire());
	await writesOnlyWhileHeld(t, client, await new LeaderLatch(client, '/every/latch').acquire());
	await reentrant.run(async () => writesOnlyWhileHeld(t, client, await reentrant.acquire()));
	const both = ['/every/a', '/every/b'].map(path => new Mutex(client, path));
	await writesOnlyWhileHeld(t, client, await new MultiLock(both).acquire(), 2);
});

test('of several locks, each is checked', async t => {
	await using client = await connect(onlooker.server.connectString, {sessionTimeout: 30_000});
	const group = await new MultiLock(['/several/a', '/several/b'].map(path => new Mutex(client, path))).acquire();
	usurper.delete(group.leases[1]?.path ?? '');
	const late = group.fenced(client.transaction()).create('/several/late').commit();
	const error = await t.throwsAsync(late, {instanceOf: LeaseLostError});
	t.is(error?.path, group.leases[1]?.path ?? '');
	t.is(await client.exists('/several/late'), undefined);
	t.true(group.signal.aborted);
	await group.release();
});

test('within a namespace, the transaction is of the namespace', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using orders = client.namespace('orders');
	const lease = await new Mutex(orders, '/lock').acquire();
	await lease.fenced(orders.transaction()).create('/paid').commit();
	t.truthy(await client.exists('/orders/paid'));
	t.throws(() => lease.fenced(client.transaction()), {code: 'INVALID_ARGUMENT', message: /transaction/});
	usurper.delete(`/orders${lease.path}`);
	const late = lease.fenced(orders.transaction()).create('/late').commit();
	const error = await t.throwsAsync(late, {instanceOf: LeaseLostError});
	t.is(error?.path, lease.path);
	await lease.release();
});
