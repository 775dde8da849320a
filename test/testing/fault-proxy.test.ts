import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import anyTest, {type TestFn} from 'ava';
import {AbortedError, InvalidArgumentError} from '../../lib/index.ts';
import {FaultProxy, TestingError, TestingServer} from '../../lib/testing/index.ts';
import {RawSession} from './raw-session.ts';

const test = anyTest as TestFn<{server: TestingServer}>;

test.before(async t => {
	t.context.server = await TestingServer.start();
});

test.after.always(async t => {
	await t.context.server.close();
});

async function through(server: TestingServer): Promise<FaultProxy> {
	return FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
}

async function isSilent(reply: Promise<unknown>): Promise<boolean> {
	return (await Promise.race([reply, sleep(150, 'silence')])) === 'silence';
}

test('passes everything on, four-letter words included', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	t.is(await session.create('/passes', 'x'.repeat(200_000)), 0);
	t.is(proxy.connections, 1);
	session.destroy();
	const socket = connect(proxy.port, '127.0.0.1');
	socket.end('ruok');
	t.is(String((await once(socket, 'data'))[0]), 'imok');
	t.is(await t.context.server.fourLetterWord('ruok'), 'imok');
});

test('a lost reply: the server has done it, the connection is gone', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	const rule = proxy.resetOn({reply: 'create2', where: ({request}) => request?.path === '/lost-reply'});
	t.is(await session.create('/other', ''), 0);
	void session.create('/lost-reply', '');
	await session.closed;
	const frame = await rule.arrived;
	t.is(frame.direction === 'reply' && frame.error, 0);
	const direct = await RawSession.open(t.context.server.port);
	t.is(await direct.create('/lost-reply', ''), -110);
	direct.destroy();
});

test('a request that never came', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	const rule = proxy.resetOn({request: 'create2'});
	void session.create('/lost-request', '');
	await session.closed;
	t.is(rule.hits, 1);
	const again = await RawSession.open(proxy.port);
	t.is(await again.create('/lost-request', ''), 0);
	again.destroy();
});

test('a dropped reply leaves its connection alive', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	using rule = proxy.drop({reply: 'exists', times: 2});
	t.true(await isSilent(session.exists('/')));
	t.true(await isSilent(session.exists('/')));
	t.is(await session.exists('/'), 0);
	t.is(rule.hits, 2);
	session.destroy();
});

test('a held request keeps back what follows on its connection, and no other', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	const other = await RawSession.open(proxy.port);
	const held = proxy.hold({request: 'create2', where: ({path}) => path === '/held'});
	const created = session.create('/held', '');
	const behind = session.exists('/held');
	await held.arrived;
	t.is(await other.exists('/held'), -101);
	t.true(await isSilent(behind));
	held.release();
	t.deepEqual(await Promise.all([created, behind]), [0, 0]);
	session.destroy();
	other.destroy();
});

test('a held request reaches the server after its client has died', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	const other = await RawSession.open(proxy.port);
	const held = proxy.hold({request: 'create2'});
	void session.create('/posthumous', '');
	await held.arrived;
	session.destroy();
	await session.closed;
	t.is(await other.exists('/posthumous'), -101);
	held.release();
	while ((await other.exists('/posthumous')) !== 0) await sleep(5);
	other.destroy();
	t.pass();
});

test('what is held can be dropped, or take its connection down', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	const dropped = proxy.hold({request: 'create2'});
	const created = session.create('/dropped', '');
	await dropped.arrived;
	dropped.drop();
	t.is(await session.exists('/dropped'), -101);
	t.true(await isSilent(created));
	const reset = proxy.hold({reply: 'exists'});
	void session.exists('/');
	await reset.arrived;
	reset.reset();
	await session.closed;
	t.is(proxy.connections, 0);
});

test('rules end with their signal, by remove and with the proxy; wrong ones are refused', async t => {
	const proxy = await through(t.context.server);
	const controller = new AbortController();
	const aborted = proxy.hold({request: 'multi', signal: controller.signal});
	controller.abort(new Error('enough'));
	await t.throwsAsync(aborted.arrived, {instanceOf: AbortedError});
	const removed = proxy.drop({request: 'multi'});
	removed.remove();
	await t.throwsAsync(removed.arrived, {instanceOf: TestingError, message: /no multi request/});
	t.throws(() => proxy.drop({request: 'EndTxn'}), {instanceOf: InvalidArgumentError, message: /create2/});
	t.throws(() => proxy.drop({request: 'multi', times: 0}), {instanceOf: InvalidArgumentError});
	t.throws(() => proxy.latency(-1), {instanceOf: InvalidArgumentError});
	const last = proxy.observe({reply: 'multi'});
	await proxy.close();
	await proxy.close();
	await t.throwsAsync(last.arrived, {instanceOf: TestingError});
	t.throws(() => proxy.hold({request: 'multi'}), {instanceOf: TestingError});
	await t.throwsAsync(FaultProxy.start({target: 'nowhere'}), {instanceOf: InvalidArgumentError});
});

test('counts flights: a pipeline is one, a chain is as many as it is long, pings are none', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.latency(5);
	using recording = proxy.record();
	// A ping is answered under a number of its own.
	void session.request(11, Buffer.alloc(0));
	await Promise.all([session.create('/flights', ''), session.exists('/flights')]);
	t.is(recording.flights, 1);
	t.is(recording.count(), 2);
	await session.exists('/');
	// The second of a pipeline is still under way when the first opens the third flight: both chains are three long.
	const [first, second] = [session.exists('/'), session.exists('/')];
	await first;
	const third = session.exists('/flights');
	await second;
	await Promise.all([third, session.exists('/flights')]);
	t.is(recording.flights, 4);
	t.is(recording.count('exists'), 6);
	t.is(recording.count('create2'), 1);
	t.deepEqual(
		recording.requests.map(({flight}) => flight),
		[1, 1, 2, 3, 3, 4, 4],
	);
	t.is(recording.requests[0]?.path, '/flights');
	recording.stop();
	await session.exists('/');
	t.is(recording.count(), 7);
	session.destroy();
});

test('latency delays, and keeps the order', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.latency(600_000);
	const slow = session.exists('/');
	t.true(await isSilent(slow));
	proxy.latency(0);
	t.true(await isSilent(session.exists('/')));
	const other = await RawSession.open(proxy.port);
	proxy.latency(20);
	t.is(await other.exists('/'), 0);
	proxy.latency(600_000, 'downstream');
	t.true(await isSilent(other.create('/delayed', '')));
	const direct = await RawSession.open(t.context.server.port);
	while ((await direct.exists('/delayed')) !== 0) await sleep(5);
	session.destroy();
	other.destroy();
	direct.destroy();
});

test('pause keeps, resume sends on', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.pause('downstream');
	const created = session.create('/paused', '');
	const direct = await RawSession.open(t.context.server.port);
	while ((await direct.exists('/paused')) !== 0) await sleep(5);
	t.true(await isSilent(created));
	proxy.resume();
	t.is(await created, 0);
	proxy.pause();
	const later = session.create('/paused-too', '');
	t.true(await isSilent(later));
	t.is(await direct.exists('/paused-too'), -101);
	proxy.resume();
	t.is(await later, 0);
	session.destroy();
	direct.destroy();
});

test('reset ends every connection, and lets new ones in', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.reset();
	await session.closed;
	const resumed = await RawSession.open(proxy.port, session);
	t.is(resumed.sessionId, session.sessionId);
	resumed.destroy();
});

test('a black hole keeps connections open and mute, old and new', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.blackhole();
	t.true(await isSilent(session.exists('/')));
	t.true(await isSilent(session.closed));
	const swallowed = connect(proxy.port, '127.0.0.1');
	swallowed.on('error', () => {});
	await once(swallowed, 'connect');
	swallowed.write('ruok');
	t.true(await isSilent(once(swallowed, 'data')));
	const closed = new Promise(resolve => swallowed.once('close', resolve));
	await proxy.restore();
	await Promise.all([closed, session.closed]);
	const resumed = await RawSession.open(proxy.port, session);
	t.is(await resumed.exists('/'), 0);
	resumed.destroy();
});

test('refuse resets and refuses until restored', async t => {
	await using proxy = await through(t.context.server);
	const session = await RawSession.open(proxy.port);
	proxy.refuse();
	await session.closed;
	const refused = connect(proxy.port, '127.0.0.1');
	const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
	t.is(error.code, 'ECONNREFUSED');
	await proxy.restore();
	const resumed = await RawSession.open(proxy.port, session);
	t.is(await resumed.exists('/'), 0);
	resumed.destroy();
});

test('a server that is not there resets its clients', async t => {
	await using proxy = await FaultProxy.start({target: '127.0.0.1:1', protocol: 'raw'});
	const socket = connect(proxy.port, '127.0.0.1');
	const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
	t.is(error.code, 'ECONNRESET');
});

test('raw: any bytes in any pieces, both ends relayed, slow readers not overrun', async t => {
	const server = createServer({allowHalfOpen: true}, (socket: Socket) => {
		socket.pipe(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	await using proxy = await FaultProxy.start({target: `127.0.0.1:${address.port}`});
	const socket = connect({port: proxy.port, host: '127.0.0.1', allowHalfOpen: true});
	const sent = Buffer.alloc(30_000_000, 'docent');
	socket.end(sent);
	const received: Buffer[] = [];
	for await (const chunk of socket as AsyncIterable<Buffer>) received.push(chunk);
	t.true(Buffer.concat(received).equals(sent));
	server.close();
	await once(server, 'close');
});
