import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderLatch, LeaseLostError} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';

let server: TestingServer;
let onlooker: Client;
test.before(async () => {
	server = await TestingServer.start();
	onlooker = await connect(server.connectString);
});
test.after.always(async () => {
	await onlooker?.close();
	await server?.close();
});

async function participants(path: string, count: number): Promise<readonly string[]> {
	const found = await eventually(
		() => new LeaderLatch(onlooker, path).participants(),
		everybody => everybody.length === count,
	);
	return found.map(({id, isLeader}) => (isLeader ? `${id}!` : id));
}

test('the znodes are those of Curator', async t => {
	await using client = await connect(server.connectString);
	const term = await new LeaderLatch(client, '/latch/names', {id: 'höst'}).acquire();
	t.is(term.id, 'höst');
	t.regex(term.path, /^\/latch\/names\/_c_[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}-latch-\d{10}$/);
	t.is((await client.get(term.path)).data?.toString(), 'höst');
	await term.release();
	await using nameless = await new LeaderLatch(client, '/latch/names').acquire();
	t.is((await client.get(nameless.path)).data?.length, 0);
});

test('to lead is one round trip', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/latch-warm');
	one.proxy.latency(5);
	const recording = one.proxy.record();
	await using term = await new LeaderLatch(one.client, '/latch-warm').acquire();
	recording.stop();
	t.is(recording.flights, 1);
	t.is(term.signal.aborted, false);
});

test('bad arguments are refused', async t => {
	await using client = await connect(server.connectString);
	t.throws(() => new LeaderLatch(client, '/a//b'), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new LeaderLatch(client, '/a', {id: 7 as unknown as string}), {code: 'INVALID_ARGUMENT'});
});

test('one leads at a time; the next takes over when a session ends', async t => {
	const path = '/latch/fail-over';
	await using one = await connect(server.connectString);
	await using two = await connect(server.connectString);
	const first = await new LeaderLatch(one, path, {id: 'one'}).acquire();
	const waiting = new LeaderLatch(two, path, {id: 'two'}).acquire();
	t.deepEqual(await participants(path, 2), ['one!', 'two']);
	const {session} = one;
	if (session) await server.killSession(session.id, session.password);
	const second = await waiting;
	await eventually(
		() => first.signal.aborted,
		aborted => aborted,
	);
	t.true(first.signal.reason instanceof LeaseLostError);
	t.true(second.fencingToken > first.fencingToken);
	t.deepEqual(await participants(path, 1), ['two!']);
	await first.release();
	await second.release();
	t.deepEqual(await participants(path, 0), []);
	t.is(listenerCount(one) + listenerCount(two), 0);
});

test('a participant leaves by its signal', async t => {
	const path = '/latch/leave';
	await using one = await connect(server.connectString);
	await using term = await new LeaderLatch(one, path, {id: 'one'}).acquire();
	const controller = new AbortController();
	const waiting = new LeaderLatch(one, path, {id: 'two'}).acquire({signal: controller.signal});
	t.deepEqual(await participants(path, 2), ['one!', 'two']);
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
	t.deepEqual(await participants(path, 1), ['one!']);
	term.throwIfLost();
});

// Serial, because only the sum of all watches tells of those on children.
test.serial('observe leaves no watch behind, whatever it was waiting for', async t => {
	await using client = await connect(server.connectString);
	const waitsFor = async (count: number): Promise<void> => {
		await eventually(
			async () => /zk_watch_count\t(\d+)/.exec(await server.fourLetterWord('mntr'))?.[1],
			watches => watches === String(count),
		);
	};
	await waitsFor(0);
	await client.create('/latch-empty');
	for (const path of ['/latch-missing', '/latch-empty']) {
		const controller = new AbortController();
		const leaders = new LeaderLatch(client, path).observe({signal: controller.signal});
		t.is((await leaders.next()).value, undefined);
		const ended = leaders.next();
		await waitsFor(1);
		controller.abort();
		t.true((await ended).done);
		await waitsFor(0);
	}
});

test('observe tells each leader once, the absence of one, and ends on abort', async t => {
	const path = '/latch/observed/deep';
	await using one = await connect(server.connectString);
	await using two = await connect(server.connectString);
	const controller = new AbortController();
	const leaders = new LeaderLatch(onlooker, path).observe({signal: controller.signal});
	t.deepEqual(await leaders.next(), {done: false, value: undefined}, 'the queue does not exist yet');
	const next = leaders.next();
	const first = await new LeaderLatch(one, path, {id: 'one'}).acquire();
	t.deepEqual(await next, {done: false, value: {id: 'one', path: first.path}});
	const waiting = new LeaderLatch(two, path, {id: 'two'}).acquire();
	await participants(path, 2);
	const changed = leaders.next();
	await first.release();
	const second = await waiting;
	t.deepEqual(await changed, {done: false, value: {id: 'two', path: second.path}});
	const nobody = leaders.next();
	await second.release();
	t.deepEqual(await nobody, {done: false, value: undefined});
	const ended = leaders.next();
	controller.abort();
	t.deepEqual(await ended, {done: true, value: undefined});
	await eventually(
		() => watchesUnder(server, path),
		watches => Object.keys(watches).length === 0,
	);
});

test('observe goes on after a lost connection and a new session; a slow reader skips', async t => {
	const path = '/latch/observed-again';
	await using one = await ProxiedClient.connect(server);
	const first = await new LeaderLatch(onlooker, path, {id: 'first'}).acquire();
	const leaders = new LeaderLatch(one.client, path).observe();
	t.is((await leaders.next()).value?.id, 'first');
	one.proxy.reset();
	await first.release();
	const second = await new LeaderLatch(onlooker, path, {id: 'second'}).acquire();
	await second.release();
	const third = await new LeaderLatch(onlooker, path, {id: 'third'}).acquire();
	t.is((await leaders.next()).value?.id, 'third');
	const {session} = one.client;
	if (session) await server.killSession(session.id, session.password);
	const next = leaders.next();
	await third.release();
	const fourth = await new LeaderLatch(onlooker, path, {id: 'fourth'}).acquire();
	t.is(
		(
			await eventually(
				() => next,
				() => true,
			)
		).done,
		false,
	);
	await fourth.release();
	await leaders.return();
	await eventually(
		() => watchesUnder(server, path),
		watches => Object.keys(watches).length === 0,
	);
});

test('observe ends with its client', async t => {
	const client = await connect(server.connectString);
	const leaders = new LeaderLatch(client, '/latch/nobody').observe();
	await leaders.next();
	const ended = leaders.next();
	await client.close();
	t.true((await ended).done);
});
