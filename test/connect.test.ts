import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {
	connect,
	ConnectionLossError,
	type ConnectOptions,
	InvalidArgumentError,
	SessionExpiredError,
	TooManyWaitingError,
} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {nextEvent} from './helpers/next-event.ts';

const test = (anyTest as TestFn<{readonly server: TestingServer}>).serial;

test.before(async t => {
	t.context = {server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.server.close();
});

test('a session that was left is gone on with, ephemeral znodes and all', async t => {
	const {server} = t.context;
	await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	const left = await connect(proxy.address, {sessionTimeout: 20_000, closeTimeout: 50});
	await left.create('/left', 'mine', {mode: 'ephemeral'});
	const {session} = left;
	if (!session) throw new Error('no session');
	// As if its process had ended: nothing of its farewell arrives.
	proxy.blackhole();
	await left.close();
	await using client = await connect(server.connectString, {session, sessionTimeout: 20_000});
	t.is(client.session?.id, session.id);
	t.deepEqual(await client.getEphemerals(), ['/left']);
	t.is((await client.exists('/left'))?.ephemeralOwner, session.id);
});

test('a session that is over, or whose password is wrong, is said to be', async t => {
	const {server} = t.context;
	const ended = await connect(server.connectString);
	const {session} = ended;
	await ended.close();
	if (!session) throw new Error('no session');
	await t.throwsAsync(connect(server.connectString, {session}), {instanceOf: SessionExpiredError});
	await using living = await connect(server.connectString);
	const wrong = {id: living.session?.id ?? 0n, password: Buffer.alloc(16, 7)};
	await t.throwsAsync(connect(server.connectString, {session: wrong}), {instanceOf: SessionExpiredError});
	t.truthy(await living.exists('/'));
});

test('what is no session is refused at once, and its password not told', async t => {
	const password = Buffer.from('0123456789abcdef');
	for (const session of [null, 'x', {id: 7, password}, {id: 0n, password}, {id: 7n, password: 'hush'}]) {
		const error = await t.throwsAsync(connect('127.0.0.1:1', {session} as ConnectOptions), {
			instanceOf: InvalidArgumentError,
			message: /options\.session/,
		});
		t.notRegex(inspect(error), /hush|30 31 32/);
	}
});

test('other servers: the session moves to them, and stays where it may', async t => {
	const {server} = t.context;
	const [one, two] = await Promise.all(
		[1, 2].map(() => FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})),
	);
	if (!one || !two) throw new Error('no proxies');
	const client = await connect(one.address, {sessionTimeout: 20_000});
	const id = client.session?.id ?? 0n;
	await client.create('/moves', null, {mode: 'ephemeral'});
	const back = nextEvent(client, 'reconnected');
	client.setServers(two.address);
	t.is((await back).sessionId, id);
	t.is(one.connections, 0);
	t.is(two.connections, 1);
	t.truthy(await client.exists('/moves'));
	let moved = false;
	client.once('suspended', () => (moved = true));
	client.setServers(two.address);
	await client.sync('/');
	t.false(moved);
	for (const text of ['', 'zk:port', `${one.address}/chroot`])
		t.throws(() => client.setServers(text), {instanceOf: InvalidArgumentError});

	// Also while nothing is connected.
	const suspended = nextEvent(client, 'suspended');
	two.refuse();
	await suspended;
	client.setServers(one.address);
	t.is((await client.whenConnected()).sessionId, id);
	await client.close();
	await Promise.all([one.close(), two.close()]);
});

test('no more calls wait than are allowed; only what cannot be given up is asked again', async t => {
	await using proxy = await FaultProxy.start({target: t.context.server.connectString, protocol: 'zookeeper'});
	await using client = await connect(proxy.address, {maxWaitingCalls: 2, sessionTimeout: 20_000});
	await client.create('/crowded');
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	const waiting = [client.exists('/crowded'), client.exists('/crowded')];
	const error = await t.throwsAsync(client.exists('/crowded'), {instanceOf: ConnectionLossError});
	t.false(error.sent);
	t.true(error.cause instanceof TooManyWaitingError);
	const deleted = client.deleteGuaranteed('/crowded');
	await proxy.restore();
	for (const stat of await Promise.all(waiting)) t.truthy(stat);
	await deleted;
	t.is(await client.exists('/crowded'), undefined);
	await t.throwsAsync(connect(proxy.address, {maxWaitingCalls: 0}), {instanceOf: InvalidArgumentError});
});
