import anyTest, {type TestFn} from 'ava';
import {
	BadVersionError,
	type Client,
	connect,
	ConnectionLossError,
	InvalidArgumentError,
	NodeExistsError,
	NoNodeError,
	nTimes,
} from '../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperOperation} from '../lib/testing/index.ts';

type Context = {
	readonly server: TestingServer;
	readonly proxy: FaultProxy;
	/** Through the proxy. */
	readonly client: Client;
	readonly other: Client;
};
const test = (anyTest as TestFn<Context>).serial;
const idempotent = true;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	const options = {sessionTimeout: 20_000, retry: nTimes(20, 20)};
	const [client, other] = [await connect(proxy.address, options), await connect(server.connectString, options)];
	t.context = {server, proxy, client, other};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.other.close();
	await t.context.proxy.close();
	await t.context.server.close();
});

let count = 0;
const freshPath = (): string => `/idempotent-${++count}`;

/** The first attempt is lost with its connection, and `interfere` comes before the second. */
async function interrupted<T>(
	{proxy}: Context,
	lost: {readonly request: ZooKeeperOperation} | {readonly reply: ZooKeeperOperation},
	write: () => Promise<T>,
	interfere: () => Promise<unknown>,
): Promise<T> {
	const request = 'request' in lost ? lost.request : lost.reply;
	proxy.resetOn(lost);
	const first = proxy.observe({request});
	const writing = write();
	writing.catch(() => undefined);
	await first.arrived;
	using second = proxy.hold({request});
	await second.arrived;
	await interfere();
	second.release();
	return writing;
}

test('create: what the lost reply told is found again', async t => {
	const {client, proxy} = t.context;
	const path = freshPath();
	for (const [mode, name] of [
		['persistent', 'p'],
		['ephemeral', 'e'],
		['container', 'c'],
	] as const) {
		const op = mode === 'container' ? 'createContainer' : 'create2';
		const lost = proxy.resetOn({reply: op});
		const created = await client.create(`${path}/${name}`, 'data', {mode, idempotent, createParents: true});
		t.is(lost.hits, 1, mode);
		t.is(created.path, `${path}/${name}`);
		t.deepEqual(created.stat, await client.exists(created.path));
	}
	proxy.resetOn({reply: 'create2'});
	const {stat} = await client.namespace('shop').create('/null', null, {idempotent});
	t.is(stat.dataLength, 0);
});

test('create: a znode that is not its own is no result', async t => {
	const {client, other} = t.context;
	const create =
		(path: string, mode: 'persistent' | 'ephemeral' = 'persistent') =>
		(): Promise<unknown> =>
			client.create(path, 'mine', {mode, idempotent});
	const interferences = [
		(path: string) => other.create(path, 'theirs'),
		(path: string) => other.create(path, null),
		(path: string) => other.create(path, 'mine').then(() => other.set(path, 'mine')),
		(path: string) => other.create(path, 'mine', {acl: [{permissions: ['write'], scheme: 'world', id: 'anyone'}]}),
	];
	for (const interfere of interferences) {
		const path = freshPath();
		const creating = interrupted(t.context, {request: 'create2'}, create(path), () => interfere(path));
		await t.throwsAsync(creating, {instanceOf: NodeExistsError, message: `create ${path}: the znode exists already`});
	}
	const ephemeral = freshPath();
	await t.throwsAsync(
		interrupted(t.context, {request: 'create2'}, create(ephemeral, 'ephemeral'), () =>
			other.create(ephemeral, 'mine', {mode: 'ephemeral'}),
		),
		{instanceOf: NodeExistsError},
	);
	// Nobody can tell it from the client's own.
	const equal = freshPath();
	await t.notThrowsAsync(
		interrupted(t.context, {request: 'create2'}, create(equal), () => other.create(equal, 'mine')),
	);
});

test("create: without a lost reply every znode is somebody else's; deleted ones are made again", async t => {
	const {client, other, proxy} = t.context;
	const path = freshPath();
	await other.create(path, 'mine');
	await t.throwsAsync(client.create(path, 'mine', {idempotent}), {instanceOf: NodeExistsError});
	const again = freshPath();
	const created = await interrupted(
		t.context,
		{reply: 'create2'},
		() => client.create(again, 'mine', {idempotent}),
		() => other.delete(again),
	);
	t.deepEqual(created.stat, await other.exists(again));
	proxy.resetOn({reply: 'create2'});
	await t.throwsAsync(client.create(freshPath(), 'mine', {idempotent, retry: false}), {
		instanceOf: ConnectionLossError,
	});
	await t.throwsAsync(client.create(path, 'x', {mode: 'ephemeral-sequential', protect: false, idempotent}), {
		instanceOf: InvalidArgumentError,
		message: /options\.idempotent/,
	});
	const parent = freshPath();
	await client.create(parent);
	proxy.resetOn({reply: 'create2'});
	await client.create(`${parent}/n-`, null, {mode: 'ephemeral-sequential', idempotent});
	t.is((await client.children(parent)).children.length, 1);
});

test('set: the next version with the same data is its own, and nothing else is', async t => {
	const {client, other, proxy} = t.context;
	const set = (path: string) => (): Promise<unknown> => client.set(path, 'mine', {version: 0, idempotent});
	const path = freshPath();
	await other.create(path, '');
	proxy.resetOn({reply: 'setData'});
	t.deepEqual(await set(path)(), await client.exists(path));
	t.is((await client.exists(path))?.version, 1);
	await t.throwsAsync(set(path)(), {instanceOf: BadVersionError});
	const refused = {instanceOf: BadVersionError};

	const theirs = freshPath();
	await other.create(theirs, '');
	await t.throwsAsync(
		interrupted(t.context, {request: 'setData'}, set(theirs), () => other.set(theirs, 'theirs')),
		refused,
	);
	const written = freshPath();
	await other.create(written, '');
	await t.throwsAsync(
		interrupted(t.context, {reply: 'setData'}, set(written), () => other.set(written, 'mine')),
		refused,
	);
	t.is((await client.exists(written))?.version, 2);
});

test('set without a version: the data is written again', async t => {
	const {client, other} = t.context;
	const path = freshPath();
	await other.create(path, '');
	const stat = await interrupted(
		t.context,
		{reply: 'setData'},
		() => client.set(path, 'mine', {idempotent}),
		() => other.set(path, 'theirs'),
	);
	t.is(stat.version, 3);
	t.is((await client.get(path)).data?.toString(), 'mine');
});

test('delete: nothing there is its own doing after a lost reply only', async t => {
	const {client, other, proxy} = t.context;
	const path = freshPath();
	await t.throwsAsync(client.delete(path, {idempotent}), {instanceOf: NoNodeError});
	await other.create(path);
	proxy.resetOn({reply: 'delete'});
	await client.delete(path, {idempotent});
	t.is(await other.exists(path), undefined);
	await other.create(path);
	await other.set(path, '1');
	const deleting = interrupted(
		t.context,
		{request: 'delete'},
		() => client.delete(path, {version: 1, idempotent}),
		() => other.set(path, '2'),
	);
	await t.throwsAsync(deleting, {instanceOf: BadVersionError});
});

test('setOrCreate: either half is made safe', async t => {
	const {client, proxy} = t.context;
	const path = freshPath();
	proxy.resetOn({reply: 'create2'});
	t.is((await client.setOrCreate(path, 'one', {idempotent})).version, 0);
	proxy.resetOn({reply: 'setData'});
	t.is((await client.setOrCreate(path, 'two', {version: 0, idempotent})).version, 1);
});

test('a loss that follows a lost reply says that the outcome is unknown', async t => {
	const {proxy} = t.context;
	await using patient = await connect(proxy.address, {
		sessionTimeout: 20_000,
		connectTimeout: 2000,
		retry: nTimes(1, 0),
	});
	const path = freshPath();
	const lost = proxy.observe({reply: 'create2'});
	const held = proxy.hold({reply: 'create2'});
	const creating = patient.create(path, 'x', {idempotent});
	await lost.arrived;
	await held.arrived;
	proxy.refuse();
	const error = await t.throwsAsync(creating, {instanceOf: ConnectionLossError});
	t.true(error.sent);
	t.true(error.cause instanceof ConnectionLossError && !error.cause.sent);
	held.remove();
	await proxy.restore();
});
