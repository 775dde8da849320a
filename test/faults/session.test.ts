import anyTest, {type TestFn} from 'ava';
import {
	ClientClosedError,
	connect,
	ConnectionLossError,
	ConnectTimeoutError,
	type ConnectOptions,
	type Client,
	SessionExpiredError,
	type WatchNotice,
} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {block} from '../helpers/block.ts';
import {eventLog} from '../helpers/event-log.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';

// One at a time: they freeze the server and block the event loop.
const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy; direct: Client}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, direct: await connect(server.connectString, {sessionTimeout: 30_000})};
});
test.after.always(async t => {
	await t.context.direct.close();
	await t.context.proxy.close();
	await t.context.server.close();
});
test.afterEach.always(async t => {
	await t.context.proxy.restore();
});

function open(proxy: FaultProxy, options: ConnectOptions = {}): Promise<Client> {
	return connect(proxy.address, {sessionTimeout: 4000, closeTimeout: 500, ...options});
}

test('a reset: suspended, reconnected, the same session, ephemerals intact', async t => {
	const {proxy, direct} = t.context;
	await using client = await open(proxy);
	const id = client.session?.id;
	const events = eventLog(client);
	await client.create('/reset', null, {mode: 'ephemeral'});
	const reconnected = nextEvent(client, 'reconnected');
	proxy.reset();
	t.is((await reconnected).sessionId, id ?? -1n);
	t.deepEqual(events, ['suspended', 'reconnected']);
	t.is((await direct.exists('/reset'))?.ephemeralOwner, id);
});

test('one-shot watches survive a reset; what they missed is told once, before `reconnected`', async t => {
	const {proxy, direct} = t.context;
	await using client = await open(proxy);
	await direct.create('/w');
	await direct.create('/w/deleted');
	const told: string[] = [];
	const watch = ({type, path}: WatchNotice): void => void told.push(`${type} ${path}`);
	await client.get('/w', {watch});
	await client.children('/w', {watch});
	await client.get('/w/deleted', {watch});
	await client.exists('/w/created', {watch});
	await client.exists('/w/later', {watch});
	client.once('reconnected', () => told.push('reconnected'));
	proxy.refuse();
	await nextEvent(client, 'suspended');
	await direct.set('/w', 'new');
	await direct.delete('/w/deleted');
	await direct.create('/w/created');
	await proxy.restore();
	await until(() => told.includes('reconnected'));
	t.is(told.at(-1), 'reconnected');
	t.deepEqual(told.slice(0, -1).sort(), ['changed /w', 'children /w', 'created /w/created', 'deleted /w/deleted']);
	await direct.create('/w/later');
	await until(() => told.includes('created /w/later'));
	await direct.set('/w', 'newer');
	await client.sync('/');
	t.is(told.length, 6);
});

test('a killed session: lost, a new one, one-shot watches are told', async t => {
	const {proxy, server} = t.context;
	await using client = await open(proxy);
	const id = client.session?.id;
	await client.create('/killed', null, {mode: 'ephemeral'});
	const told: string[] = [];
	for (const path of ['/killed', '/']) await client.get(path, {watch: ({type}) => told.push(`${type} ${path}`)});
	const events = eventLog(client);
	const suspended = nextEvent(client, 'suspended');
	const connected = nextEvent(client, 'connected');
	// Else the client might win its session back for a moment from the one that ends it.
	proxy.refuse();
	await suspended;
	await killSessionOf(client, server);
	await proxy.restore();
	const {sessionId} = await connected;
	t.not(sessionId, id);
	t.deepEqual(
		events.filter(name => name !== 'untrusted'),
		['suspended', 'lost', 'connected'],
	);
	t.deepEqual(told.sort(), ['lost /', 'lost /killed']);
	t.is(await client.exists('/killed'), undefined);
});

test('a silent server: suspended, lost by the own clock, a new session after the thaw', async t => {
	const {server, direct, proxy} = t.context;
	await using client = await open(proxy, {sessionTimeout: 1000});
	const id = client.session?.id;
	const events = eventLog(client);
	const suspended = nextEvent(client, 'suspended');
	const lost = nextEvent(client, 'lost');
	server.freeze();
	try {
		const {expiresAt} = await suspended;
		t.true(performance.now() < expiresAt, 'the silence is noticed before the session may end');
		const waiting = client.get('/');
		await t.throwsAsync(waiting, {instanceOf: SessionExpiredError, message: /^get \/: /});
		await lost;
		t.is(client.trustedUntil, -Infinity);
	} finally {
		server.thaw();
	}
	if (client.state.status !== 'connected') await nextEvent(client, 'connected');
	t.not(client.session?.id, id);
	t.deepEqual(events.slice(0, 3), ['suspended', 'untrusted', 'lost']);
	t.false(events.includes('reconnected'), 'the old session is never resumed');
	await client.get('/');
	await until(() => direct.state.status === 'connected');
});

test('no server at all: lost on time; back in time the session lives', async t => {
	const {proxy} = t.context;
	await using client = await open(proxy, {sessionTimeout: 1000});
	const id = client.session?.id;
	const events = eventLog(client);
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	await proxy.restore();
	await nextEvent(client, 'reconnected');
	t.is(client.session?.id, id);
	const lost = nextEvent(client, 'lost');
	proxy.refuse();
	t.true((await lost).cause instanceof SessionExpiredError);
	await proxy.restore();
	await nextEvent(client, 'connected');
	t.not(client.session?.id, id);
	t.deepEqual(events, ['suspended', 'reconnected', 'suspended', 'untrusted', 'lost', 'connected']);
});

test('half-open: the connection is there and nothing gets through', async t => {
	const {proxy} = t.context;
	await using client = await open(proxy, {sessionTimeout: 1000});
	const suspended = nextEvent(client, 'suspended');
	proxy.blackhole();
	const inFlight = client.get('/', {retry: false});
	await suspended;
	t.true((await t.throwsAsync(inFlight, {instanceOf: ConnectionLossError})).sent);
	await nextEvent(client, 'lost');
});

test('an event loop blocked past the session: the call after the wake knows', async t => {
	const {proxy} = t.context;
	await using client = await open(proxy, {sessionTimeout: 1000});
	const id = client.session?.id;
	await client.create('/blocked', null, {mode: 'ephemeral'});
	const events = eventLog(client);
	const inFlight = client.create('/blocked/child', null, {retry: false});
	const settled = inFlight.then(
		() => 'reply',
		(error: Error) => error,
	);
	block(1100);
	t.true(client.trustedUntil < performance.now());
	client.checkClock();
	t.deepEqual(events, ['untrusted', 'lost']);
	t.is(client.state.status, 'lost');
	const call = client.create('/blocked-2', null, {mode: 'ephemeral'});
	t.true((await settled) instanceof ConnectionLossError, 'no reply is told after lost');
	const {stat} = await call;
	t.is(stat.ephemeralOwner, client.session?.id ?? -1n);
	t.not(stat.ephemeralOwner, id);
	t.deepEqual(events, ['untrusted', 'lost', 'connected']);
});

test('an event loop blocked in a callback: lost comes before the replies that wait in the socket', async t => {
	const {proxy} = t.context;
	await using client = await open(proxy, {sessionTimeout: 1000});
	const order: string[] = [];
	client.once('lost', () => order.push('lost'));
	const first = client.get('/').then(() => {
		void client.get('/', {retry: false}).then(
			() => order.push('reply'),
			() => order.push('rejected'),
		);
		setImmediate(() => {
			block(1100);
			order.push('awake');
		});
	});
	await first;
	await until(() => order.length === 3);
	t.deepEqual(order, ['awake', 'lost', 'rejected']);
});

test('calls while there is no server wait no longer than connectTimeout, and were not sent', async t => {
	const {proxy} = t.context;
	await using client = await open(proxy, {connectTimeout: 300});
	proxy.refuse();
	await nextEvent(client, 'suspended');
	const error = await t.throwsAsync(client.set('/', 'x'), {instanceOf: ConnectionLossError});
	t.false(error.sent);
	t.regex(error.message, /^set \/: /);
});

test('connect gives up when no server opens a session, and says why', async t => {
	const {proxy} = t.context;
	proxy.refuse();
	const error = await t.throwsAsync(open(proxy, {connectTimeout: 300}), {instanceOf: ConnectTimeoutError});
	t.regex(error.message, /ECONNREFUSED/);
	proxy.blackhole();
	await t.throwsAsync(open(proxy, {connectTimeout: 300}), {instanceOf: ConnectTimeoutError});
	const reason = new Error('enough');
	const controller = new AbortController();
	const connecting = open(proxy, {signal: controller.signal});
	controller.abort(reason);
	t.is((await t.throwsAsync(connecting, {code: 'ABORTED'})).cause, reason);
});

test('close ends in every state, and everything in flight settles', async t => {
	const {proxy, server} = t.context;
	const suspendedClient = await open(proxy, {sessionTimeout: 8000});
	const frozenClient = await open(proxy, {sessionTimeout: 8000, closeTimeout: 100});
	const closed: unknown[] = [];
	suspendedClient.once('closed', ({cause}) => closed.push(cause));
	const suspended = nextEvent(suspendedClient, 'suspended');
	const reconnected = nextEvent(frozenClient, 'reconnected');
	proxy.refuse();
	await suspended;
	const waiting = suspendedClient.get('/');
	await suspendedClient.close();
	await t.throwsAsync(waiting, {instanceOf: ClientClosedError});
	t.deepEqual(closed, [undefined]);
	await proxy.restore();
	await reconnected;
	server.freeze();
	try {
		const inFlight = frozenClient.get('/');
		const close = frozenClient.close();
		await t.throwsAsync(inFlight, {instanceOf: ClientClosedError});
		await close;
		await frozenClient.close();
		t.is(await frozenClient.closed, undefined);
	} finally {
		server.thaw();
	}
	await t.throwsAsync(frozenClient.get('/'), {instanceOf: ClientClosedError, message: /^get \/: /});
});

test('calls in flight at close are answered or rejected, and the ephemerals are gone', async t => {
	const {proxy, direct} = t.context;
	const client = await open(proxy);
	await client.create('/closing', null, {mode: 'ephemeral'});
	const calls = Array.from({length: 50}, () => client.get('/'));
	await client.close();
	for (const result of await Promise.allSettled(calls))
		t.true(result.status === 'fulfilled' || result.reason instanceof ClientClosedError);
	t.is(await direct.exists('/closing'), undefined);
});
