import anyTest, {type TestFn} from 'ava';
import {connect, ConnectionLossError, type ConnectOptions, type Client, SessionExpiredError} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {block} from '../helpers/block.ts';
import {eventLog} from '../helpers/event-log.ts';
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
