import anyTest, {type TestFn} from 'ava';
import {
	AbortedError,
	type Client,
	ClientClosedError,
	connect,
	InvalidArgumentError,
	nTimes,
	type SessionScope,
	SessionExpiredError,
} from '../lib/index.ts';
import {TestingServer} from '../lib/testing/index.ts';
import {killSessionOf} from './helpers/kill-session.ts';
import {nextEvent} from './helpers/next-event.ts';
import {listenerCount} from './helpers/proxied-client.ts';

const test = anyTest as TestFn<{readonly server: TestingServer}>;

test.before(async t => {
	t.context = {server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.server.close();
});

async function loseSession(client: Client, server: TestingServer): Promise<void> {
	const lost = nextEvent(client, 'lost');
	await killSessionOf(client, server);
	await lost;
}

test('work in one session: its result, its error, and nothing left behind', async t => {
	await using client = await connect(t.context.server.connectString);
	const id = client.session?.id ?? 0n;
	t.is(await client.inSession(async ({sessionId}) => Promise.resolve(sessionId)), id);
	const failing = client.inSession(() => Promise.reject(new RangeError('its own')), {retry: nTimes(9, 0)});
	await t.throwsAsync(failing, {instanceOf: RangeError});
	t.is(listenerCount(client), 0);
});

test('a session that ends: no call of the work runs in the next one, and what it came to counts for nothing', async t => {
	const {server} = t.context;
	await using client = await connect(server.connectString);
	const work = async ({signal}: SessionScope): Promise<string> => {
		await client.create('/half', null, {mode: 'ephemeral', signal});
		await loseSession(client, server);
		t.true(signal.aborted);
		await t.throwsAsync(client.create('/other-half', null, {signal}), {instanceOf: AbortedError});
		await client.whenConnected();
		return 'done';
	};
	await t.throwsAsync(client.inSession(work), {instanceOf: SessionExpiredError, message: /^inSession: /});
	t.is(await client.exists('/other-half'), undefined);
	t.is(listenerCount(client), 0);
});

test('with a policy the work begins anew in the next session, as often as that allows', async t => {
	const {server} = t.context;
	await using client = await connect(server.connectString);
	const sessions: bigint[] = [];
	const work = async ({sessionId, signal}: SessionScope): Promise<number> => {
		sessions.push(sessionId);
		if (sessions.length < 3) await loseSession(client, server);
		await client.create('/anew', null, {mode: 'ephemeral', signal, createParents: true});
		return sessions.length;
	};
	t.is(await client.inSession(work, {retry: nTimes(5, 0)}), 3);
	t.is(new Set(sessions).size, 3);
	t.is((await client.exists('/anew'))?.ephemeralOwner, sessions[2]);
	await t.throwsAsync(
		client.inSession(() => loseSession(client, server), {retry: nTimes(1, 0)}),
		{instanceOf: SessionExpiredError},
	);
});

test('an abort, a close, and what is no work', async t => {
	const client = await connect(t.context.server.connectString);
	const aborted = new AbortController();
	const waiting = client.inSession(
		async ({signal}) => {
			aborted.abort(new Error('enough'));
			await client.get('/', {signal});
		},
		{signal: aborted.signal},
	);
	await t.throwsAsync(waiting, {instanceOf: AbortedError});
	const never = client.inSession(() => Promise.resolve(t.fail()), {signal: AbortSignal.abort()});
	await t.throwsAsync(never, {instanceOf: AbortedError});
	await t.throwsAsync(client.inSession('work' as unknown as () => Promise<void>), {instanceOf: InvalidArgumentError});
	const retry = 3 as unknown as false;
	await t.throwsAsync(
		client.inSession(() => Promise.resolve(), {retry}),
		{instanceOf: InvalidArgumentError},
	);
	await t.throwsAsync(
		client.inSession(() => client.close()),
		{instanceOf: ClientClosedError},
	);
	await t.throwsAsync(
		client.inSession(() => Promise.resolve()),
		{instanceOf: ClientClosedError},
	);
});
