import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type ConnectOptions, InvalidArgumentError, type SessionState} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {eventLog} from './helpers/event-log.ts';
import {nextEvent} from './helpers/next-event.ts';

const test = anyTest as TestFn<{server: TestingServer}>;

test.before(async t => {
	t.context.server = await TestingServer.start();
});
test.after.always(async t => {
	await t.context.server.close();
});

test('the state, the timeout and the trust of a new client', async t => {
	const asked = performance.now();
	await using client = await connect(t.context.server.connectString, {sessionTimeout: 8000});
	const {state} = client;
	t.is(state.status, 'connected');
	t.true(state.status === 'connected' && state.sessionId > 2n ** 53n && !state.readOnly);
	t.is(client.sessionTimeout, 8000);
	const earliest = asked + 8000 - 2000;
	t.true(client.trustedUntil >= earliest && client.trustedUntil <= performance.now() + 6000);
	await using exact = await connect(t.context.server.connectString, {sessionTimeout: 8000, leaseMargin: 0});
	t.true(exact.trustedUntil > asked + 8000 - 1);
});

test('the server bounds the session timeout', async t => {
	await using short = await connect(t.context.server.connectString, {sessionTimeout: 1});
	t.is(short.sessionTimeout, 1000);
	await using long = await connect(t.context.server.connectString, {sessionTimeout: 2 ** 31 - 1});
	t.is(long.sessionTimeout, 60_000);
});

test('a server that is not there is passed over', async t => {
	const {server} = t.context;
	await using gone = await FaultProxy.start({target: server.connectString});
	gone.refuse();
	for (let round = 0; round < 4; round++) {
		await using client = await connect(`${gone.address},${server.connectString}`);
		await client.get('/');
	}
	t.pass();
});

test('a session moves to another address of the ensemble when its own is gone', async t => {
	const {server} = t.context;
	await using first = await FaultProxy.start({target: server.connectString});
	await using second = await FaultProxy.start({target: server.connectString});
	await using client = await connect(`${first.address},${second.address}`);
	const id = client.session?.id;
	const used = first.connections > 0 ? first : second;
	const reconnected = nextEvent(client, 'reconnected');
	used.refuse();
	await reconnected;
	t.is(client.session?.id, id);
	await client.get('/');
});

test('bad options are refused before any I/O', async t => {
	for (const options of [
		{sessionTimeout: 0},
		{sessionTimeout: 1.5},
		{sessionTimeout: 2 ** 31},
		{connectTimeout: 0},
		{closeTimeout: -1},
		{leaseMargin: -1},
		{retry: 5},
		{retry: true},
		{auth: [null]},
		{auth: [{scheme: '', auth: 'x'}]},
		{auth: [{scheme: 'digest', auth: 5}]},
		{acl: []},
		{acl: [{permissions: ['fly'], scheme: 'world', id: 'anyone'}]},
		{maxRequestLength: 1},
		{maxReplyLength: 1},
	])
		await t.throwsAsync(connect('127.0.0.1:1', options as unknown as ConnectOptions), {
			instanceOf: InvalidArgumentError,
		});
	await t.throwsAsync(connect('127.0.0.1:0'), {instanceOf: InvalidArgumentError});
	const signal = AbortSignal.abort();
	await t.throwsAsync(connect('127.0.0.1:1', {signal}), {code: 'ABORTED'});
});

test('close is idempotent and ends everything', async t => {
	const client = await connect(t.context.server.connectString);
	const told = eventLog(client);
	await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
	await client.close();
	t.is(client.state.status, 'closed');
	t.is(client.trustedUntil, -Infinity);
	t.is(client.session, undefined);
	t.is(await client.closed, undefined);
	t.deepEqual(told, ['closed']);
	client.checkClock();
	await t.throwsAsync(client.addAuth('digest', 'u:p'), {code: 'CLIENT_CLOSED'});
	await client.unwatch('/', () => {});
	await client.deleteGuaranteed('/nothing');
	for (const call of operationsOf(client)) await t.throwsAsync(call, {code: 'CLIENT_CLOSED'});
});

function operationsOf(client: Client): Promise<unknown>[] {
	return [
		client.create('/a'),
		client.create('/a', null, {mode: 'ephemeral-sequential'}),
		client.get('/a'),
		client.set('/a', null),
		client.delete('/a'),
		client.exists('/a'),
		client.children('/a'),
		client.getAcl('/a'),
		client.setAcl('/a', [{permissions: 'all', scheme: 'world', id: 'anyone'}]),
		client.sync('/a'),
		client.transaction().check('/a').commit(),
	];
}

test('an exception in a listener reaches neither the client nor the other listeners', async t => {
	await using client = await connect(t.context.server.connectString);
	const thrown: unknown[] = [];
	const told: SessionState['status'][] = [];
	const broken = new Error('a listener is broken');
	const listeners = process.listeners('uncaughtException');
	process.removeAllListeners('uncaughtException');
	process.on('uncaughtException', error => thrown.push(error));
	try {
		client.once('closed', () => {
			throw broken;
		});
		client.once('closed', ({status}) => told.push(status));
		await client.create('/broken', null, {mode: 'ephemeral'});
		const watched = new Promise<void>(resolve => {
			void client.get('/broken', {
				watch: () => {
					setImmediate(resolve);
					throw broken;
				},
			});
		});
		await client.set('/broken', 'x');
		await watched;
		await client.close();
		await new Promise(resolve => setImmediate(resolve));
	} finally {
		process.removeAllListeners('uncaughtException');
		for (const listener of listeners) process.on('uncaughtException', listener);
	}
	t.deepEqual(thrown, [broken, broken]);
	t.deepEqual(told, ['closed']);
});
