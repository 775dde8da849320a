import test from 'ava';
import type {Client} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {Queue} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

/** Takes so many, and what they are. */
async function taken(queue: Queue, count: number): Promise<string[]> {
	const items: string[] = [];
	for (let take = 0; take < count; take++) await queue.take(item => items.push(item.toString()));
	return items;
}

/** Waits until the client's one `take` waits for a change of the items or of the locks. */
async function waits(client: Client): Promise<void> {
	await eventually(
		() => client.stats(),
		({watches, requests}) => watches.oneShot === 2 && requests.inFlight === 0,
	);
}

async function nothingLeft(path: string, ...clients: Client[]): Promise<void> {
	await onlooker.nothingLeft(path, ...clients);
	await onlooker.nothingLeft(`${path}-locks`, ...clients);
	await eventually(
		() => clients.map(client => client.stats().watches.oneShot),
		counts => counts.every(count => count === 0),
	);
}

test('#62 first come, first served; and by priority, where there is one', async t => {
	await using client = await onlooker.connect();
	const queue = new Queue(client, '/queue/order');
	for (const item of ['a', 'b', 'c']) await queue.put(item);
	t.deepEqual(await taken(queue, 3), ['a', 'b', 'c']);
	await queue.put('last', {priority: 7});
	await queue.put('second', {priority: -7});
	await queue.put('third', {priority: 0});
	await queue.put(Buffer.from('fourth'), {priority: 0});
	await queue.put('first');
	t.deepEqual(await taken(queue, 5), ['first', 'second', 'third', 'fourth', 'last']);
	await nothingLeft('/queue/order', client);
});

test('#62 many consumers: each item is handled once', async t => {
	await using first = await onlooker.connect();
	await using second = await onlooker.connect();
	const path = '/queue/many';
	const handled: string[] = [];
	const end = new AbortController();
	const consumers = [first, first, second, second].map(async client => {
		const queue = new Queue(client, path);
		for (;;) await queue.take(item => handled.push(item.toString()), {signal: end.signal});
	});
	const items = Array.from({length: 60}, (_, index) => String(index));
	const producer = new Queue(first, path);
	await Promise.all(items.map(item => producer.put(item)));
	await onlooker.queued(path, 0);
	end.abort();
	for (const consumer of consumers) await t.throwsAsync(consumer, {code: 'ABORTED'});
	t.deepEqual([...handled].sort(), [...items].sort());
	await nothingLeft(path, first, second);
});

test('#62 an item is there, and locked, until its handler is done; if that fails, it is delivered again', async t => {
	await using client = await onlooker.connect();
	const path = '/queue/again';
	const queue = new Queue(client, path);
	await queue.put('a');
	await t.throwsAsync(
		queue.take(async () => {
			t.is((await onlooker.names(path)).length, 1);
			t.deepEqual(await onlooker.names(`${path}-locks`), await onlooker.names(path));
			throw new Error('no luck');
		}),
		{message: 'no luck'},
	);
	t.is((await onlooker.names(path)).length, 1);
	t.deepEqual(await onlooker.names(`${path}-locks`), []);
	t.deepEqual(await taken(queue, 1), ['a']);
	await nothingLeft(path, client);
});

test('#62 the item of a consumer that crashes is delivered again, and a late one does not remove it', async t => {
	await using first = await onlooker.connect();
	await using second = await onlooker.connect();
	const path = '/queue/crash';
	await new Queue(first, path).put('a');
	const [started, finish] = [deferred<AbortSignal>(), deferred()];
	const late = new Queue(first, path).take(async (_, {signal}) => {
		started.resolve(signal);
		await finish.promise;
	});
	const signal = await started.promise;
	const other = new Queue(second, path);
	const [again, done] = [deferred<string>(), deferred()];
	const take = other.take(async item => {
		again.resolve(item.toString());
		await done.promise;
	});
	await waits(second);
	await onlooker.expire(first);
	t.is(await again.promise, 'a');
	finish.resolve();
	await t.throwsAsync(late, {code: 'LEASE_LOST'});
	t.true(signal.aborted);
	t.is((await onlooker.names(path)).length, 1);
	done.resolve();
	await take;
	await nothingLeft(path, first, second);
});

test('#62 take goes on when the queue is deleted under it', async t => {
	await using client = await onlooker.connect();
	const path = '/queue/gone';
	const queue = new Queue(client, path);
	const early = taken(queue, 1);
	await waits(client);
	await new Queue(onlooker.client, path).put('before');
	t.deepEqual(await early, ['before']);
	const waiting = taken(queue, 2);
	await waits(client);
	await onlooker.client.deleteTree(path);
	await onlooker.client.deleteTree(`${path}-locks`);
	await new Queue(onlooker.client, path).put('after');
	await new Queue(onlooker.client, path).put('and more');
	t.deepEqual(await waiting, ['after', 'and more']);
	await nothingLeft(path, client);
});

test('#62 who waits survives a reset and the end of its session', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	const path = '/queue/session';
	const waiting = taken(new Queue(one.client, path), 2);
	await waits(one.client);
	one.proxy.reset();
	await new Queue(onlooker.client, path).put('a');
	await onlooker.queued(path, 0);
	await onlooker.expire(one.client);
	await new Queue(onlooker.client, path).put('b');
	t.deepEqual(await waiting, ['a', 'b']);
	await nothingLeft(path, one.client);
});

test('#62 lost replies: of a lock, of the removal, of a put', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	const path = '/queue/replies';
	const queue = new Queue(one.client, path);
	await queue.put('a');
	await onlooker.client.ensure(`${path}-locks`);
	const lock = one.proxy.resetOn({reply: 'create2'});
	t.deepEqual(await taken(queue, 1), ['a']);
	t.is(lock.hits, 1);

	await queue.put('b');
	const removal = one.proxy.resetOn({reply: 'multi'});
	t.deepEqual(await taken(queue, 1), ['b']);
	t.is(removal.hits, 1);
	t.deepEqual(await onlooker.names(path), []);

	one.proxy.resetOn({reply: 'create2'});
	await t.throwsAsync(queue.put('c'), {code: 'CONNECTION_LOSS'});
	t.deepEqual(await taken(queue, 1), ['c']);
	await nothingLeft(path, one.client);
});

test('an abort while it waits leaves nothing, and none without a connection either', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	const path = '/queue/abort';
	const queue = new Queue(one.client, path);
	const controller = new AbortController();
	const waiting = queue.take(() => t.fail('there is nothing to take'), {signal: controller.signal});
	await waits(one.client);
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
	await nothingLeft(path, one.client);
	await t.throwsAsync(
		queue.take(() => {}, {signal: AbortSignal.abort()}),
		{code: 'ABORTED'},
	);

	await queue.put('a');
	const held = one.proxy.hold({request: 'create2'});
	const locking = queue.take(() => t.fail('nobody waits for it any more'), {signal: AbortSignal.timeout(200)});
	await t.throwsAsync(locking, {code: 'ABORTED'});
	held.release();
	await onlooker.queued(`${path}-locks`, 0);
	t.deepEqual(await taken(queue, 1), ['a']);
	await nothingLeft(path, one.client);
});

test('what Curator puts in one go is handled one by one; what is no item is refused, and stays', async t => {
	await using client = await onlooker.connect();
	const path = '/queue/bytes';
	const queue = new Queue(client, path);
	const two = Buffer.from('00010001' + '010000000161' + '010000000162' + '02', 'hex');
	await client.create(`${path}/queue-`, two, {mode: 'persistent-sequential', protect: false, createParents: true});
	await client.create(`${path}/note`, 'not an item');
	const items: string[] = [];
	await queue.take(item => items.push(item.toString()));
	t.deepEqual(items, ['a', 'b']);
	await client.create(`${path}/queue-`, 'hello', {mode: 'persistent-sequential', protect: false});
	await t.throwsAsync(
		queue.take(() => {}),
		{code: 'QUEUE_DATA'},
	);
	t.is((await onlooker.names(path)).length, 2);
	await onlooker.queued(`${path}-locks`, 0);
});

test('bad input and a closed client', async t => {
	const client = await onlooker.connect();
	t.throws(() => new Queue(client, 'queue'), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new Queue(client, '/queue', {lockPath: '/queue'}), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new Queue(client, '/queue', {lockPath: 'locks'}), {code: 'INVALID_ARGUMENT'});
	const queue = new Queue(client, '/queue/input', {lockPath: '/queue/input-locks'});
	await t.throwsAsync(queue.put(7 as unknown as string), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(queue.put('a', {priority: 0.5}), {code: 'INVALID_ARGUMENT'});
	const waiting = queue.take(() => {});
	await waits(client);
	await client.close();
	await t.throwsAsync(waiting, {code: 'CLIENT_CLOSED'});
	await t.throwsAsync(
		queue.take(() => {}),
		{code: 'CLIENT_CLOSED'},
	);
});
