import test from 'ava';
import {connect} from '../../lib/index.ts';
import {Semaphore, SharedCount} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, watchesUnder} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('the first creates the count, the others take what is there; four bytes, as Curator writes them', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	await using count = await SharedCount.open(client, '/count/new', {seed: -7});
	t.is(count.value, -7);
	t.is((await client.get('/count/new')).data?.toString('hex'), 'fffffff9');
	await using same = await SharedCount.open(other, '/count/new', {seed: 5});
	t.is(same.value, -7);
	t.is(same.current.version, 0);
	const told: number[] = [];
	same.on('changed', ({value}) => told.push(value));
	await count.set(2 ** 31 - 1);
	t.is(count.value, 2 ** 31 - 1);
	await eventually(
		() => same.value,
		value => value === 2 ** 31 - 1,
	);
	t.deepEqual(told, [2 ** 31 - 1]);
});

test('changes at the same time are all counted', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const counts = await Promise.all([client, other].map(each => SharedCount.open(each, '/count/add')));
	await Promise.all(counts.flatMap(count => Array.from({length: 10}, () => count.update(value => value + 1))));
	t.is((await client.get('/count/add')).data?.readInt32BE(), 20);
	const [first, second] = counts;
	for await (const {value} of second?.changes() ?? []) if (value === 20) break;
	await Promise.all([first?.close(), second?.close()]);
	await eventually(
		() => watchesUnder(onlooker.server, '/count/add'),
		watches => Object.keys(watches).length === 0,
	);
	t.deepEqual([client, other].map(listenerCount), [0, 0]);
});

test('what is no count is refused', async t => {
	await using client = await connect(onlooker.server.connectString);
	for (const seed of [0.5, 2 ** 31, Number.NaN])
		await t.throwsAsync(SharedCount.open(client, '/count/bad', {seed}), {code: 'INVALID_ARGUMENT'});
	t.is(await client.exists('/count/bad'), undefined);
	await client.create('/count/text', 'five', {createParents: true});
	await client.set('/count/text', 'fives');
	await t.throwsAsync(SharedCount.open(client, '/count/text'), {code: 'CONFIG_DATA'});
	await using count = await SharedCount.open(client, '/count/good');
	await t.throwsAsync(count.set(2 ** 31), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(
		count.update(value => value + 0.5),
		{code: 'INVALID_ARGUMENT'},
	);
	t.is(count.value, 0);
});

test('who waits for a lease is let in when the count grows; nobody loses one when it shrinks', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using count = await SharedCount.open(client, '/shared/count', {seed: 0});
	const semaphore = new Semaphore(client, '/shared/semaphore', {leases: count});
	t.is(semaphore.leases, 0);
	t.is(await semaphore.tryAcquire(), undefined);
	const first = semaphore.acquire();
	await onlooker.queued('/shared/semaphore/locks', 1);
	const two = semaphore.acquireMany(2);
	await onlooker.queued('/shared/semaphore/locks', 2);
	await count.set(1);
	const lease = await first;
	t.is((await onlooker.names('/shared/semaphore/leases')).length, 1);
	await count.set(3);
	const leases = await two;
	await count.set(1);
	leases.throwIfLost();
	const next = semaphore.acquire();
	await onlooker.queued('/shared/semaphore/locks', 1);
	await lease.release();
	t.is((await onlooker.names('/shared/semaphore/locks')).length, 1);
	await leases.release();
	await (await next).release();
	await onlooker.nothingLeft('/shared/semaphore/locks');
	await onlooker.nothingLeft('/shared/semaphore/leases');
	t.is(count.listenerCount('changed'), 0);
});

test('an abort while the count is too small leaves nothing', async t => {
	await using client = await connect(onlooker.server.connectString);
	const count = await SharedCount.open(client, '/shared/small', {seed: 0});
	const controller = new AbortController();
	const waiting = new Semaphore(client, '/shared/abort', {leases: count}).acquire({signal: controller.signal});
	await onlooker.queued('/shared/abort/locks', 1);
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
	await eventually(
		() => count.listenerCount('changed'),
		listeners => listeners === 0,
	);
	await count.close();
	await onlooker.nothingLeft('/shared/abort/locks', client);
});
