import test from 'ava';
import {connect} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('a holder is asked once, and what it waits for is one round trip', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/revoke');
	const mutex = new Mutex(one.client, '/revoke', {data: 'mine'});
	const asked: Lease[] = [];
	const first = deferred();
	one.proxy.latency(5);
	const recording = one.proxy.record();
	const lease = await mutex.acquire({
		onRevoke(revoked) {
			asked.push(revoked);
			first.resolve();
		},
	});
	recording.stop();
	t.is(recording.flights, 1);
	const other = new Mutex(onlooker.client, '/revoke', {data: 'other'});
	const waiting = other.acquire();
	await onlooker.queued('/revoke', 2);
	await onlooker.client.set(lease.path, 'something else');
	const participants = await other.participants();
	t.is(participants[0]?.path, lease.path);
	t.is(String(participants[1]?.data), 'other');
	await other.revoke(lease.path);
	await first.promise;
	await other.revoke(lease.path);
	lease.throwIfLost();
	await lease.release();
	const next = await waiting;
	t.deepEqual(asked, [lease]);
	await other.revoke(lease.path);
	await next.release();
	await onlooker.nothingLeft('/revoke', one.client);
});

test('asked while it was disconnected, a patient holder learns of it', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	const revoked = deferred<Lease>();
	const lease = await new Mutex(one.client, '/revoke-later').acquire({revokeOn: 'lost', onRevoke: revoked.resolve});
	one.proxy.reset();
	await new Mutex(onlooker.client, '/revoke-later').revoke(lease.path);
	t.is(await revoked.promise, lease);
	await lease.release();
	await onlooker.nothingLeft('/revoke-later', one.client);
});

test('a lease that ends unasked leaves nothing', async t => {
	await using client = await connect(onlooker.server.connectString);
	const mutex = new Mutex(client, '/revoke-never');
	await mutex.run(() => {}, {onRevoke: () => t.fail()});
	await mutex.run(async () => client.exists('/revoke-never'), {onRevoke: () => t.fail()});
	await onlooker.nothingLeft('/revoke-never', client);
	await t.throwsAsync(mutex.revoke('/elsewhere/x'), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(mutex.revoke('bad'), {code: 'INVALID_ARGUMENT'});
	t.deepEqual(await mutex.participants(), []);
	t.deepEqual(await new Mutex(client, '/revoke-nowhere').participants(), []);
});
