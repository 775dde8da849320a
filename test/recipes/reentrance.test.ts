import test from 'ava';
import {connect} from '../../lib/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('within run, the lock is there at once, and is given back by the outermost', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/reentrant', {reentrant: true});
	await mutex.run(async outer => {
		await mutex.run(async inner => {
			t.is(inner.path, outer.path);
			t.is(inner.fencingToken, outer.fencingToken);
			t.is(inner.signal, outer.signal);
			await using third = await mutex.tryAcquire();
			third?.throwIfLost();
			t.is((await onlooker.names('/reentrant')).length, 1);
		});
		const again = await mutex.acquire();
		await again.release();
		t.throws(() => again.throwIfLost(), {code: 'LEASE_LOST', message: /released/});
		outer.throwIfLost();
		t.is(await new Mutex(client, '/reentrant').tryAcquire(), undefined, 'another object is another contender');
	});
	await onlooker.nothingLeft('/reentrant', client);
});

test('outside of run, and for what is left running after it, every acquire is a contender', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/outside', {reentrant: true});
	const lease = await mutex.acquire();
	t.is(await mutex.tryAcquire(), undefined);
	await lease.release();
	let proceed = (): void => {};
	let left: Promise<Lease> | undefined;
	await mutex.run(outer => {
		const ended = new Promise<void>(resolve => {
			proceed = resolve;
		});
		left = ended.then(() => mutex.acquire()).finally(() => t.throws(() => outer.throwIfLost()));
	});
	proceed();
	const own = await left;
	t.deepEqual(
		(await mutex.participants()).map(({path}) => path),
		[own?.path],
	);
	await own?.release();
	await onlooker.nothingLeft('/outside', client);
});

test('who has lost the lock does not wait for itself', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/lost-within', {reentrant: true});
	const running = mutex.run(async lease => {
		const lost = new Promise(resolve => {
			lease.signal.addEventListener('abort', resolve);
		});
		await onlooker.client.delete(lease.path);
		await lost;
		await t.throwsAsync(mutex.acquire(), {code: 'LEASE_LOST', message: /deleted/});
	});
	await t.throwsAsync(running, {code: 'LEASE_LOST'});
	await onlooker.nothingLeft('/lost-within', client);
});

test('without being asked for, a mutex is not re-entrant', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/not-reentrant');
	await mutex.run(async () => {
		t.is(await mutex.tryAcquire(), undefined);
	});
});
