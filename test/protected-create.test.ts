import anyTest, {type TestFn} from 'ava';
import {AbortedError, type Client, connect, ConnectionLossError, nTimes, SessionExpiredError} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {killSessionOf} from './helpers/kill-session.ts';
import {nextEvent} from './helpers/next-event.ts';
import {until} from './helpers/until.ts';

const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy; direct: Client}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, direct: await connect(server.connectString, {sessionTimeout: 20_000})};
});
test.after.always(async t => {
	await t.context.direct.close();
	await t.context.proxy.close();
	await t.context.server.close();
});
test.afterEach.always(async t => {
	await t.context.proxy.restore();
});

let count = 0;
async function freshParent(direct: Client): Promise<string> {
	return (await direct.create(`/parent-${++count}`)).path;
}
const open = (proxy: FaultProxy): Promise<Client> =>
	connect(proxy.address, {sessionTimeout: 3000, retry: nTimes(5, 20)});

for (const mode of ['ephemeral-sequential', 'persistent-sequential', 'ephemeral'] as const) {
	test(`${mode}: a lost reply is found again, there is no second znode`, async t => {
		const {proxy, direct} = t.context;
		await using client = await open(proxy);
		const parent = await freshParent(direct);
		const lost = proxy.resetOn({reply: 'create2'});
		const {path, stat} = await client.create(`${parent}/lock-`, 'data', {mode, protect: true});
		t.is(lost.hits, 1);
		t.regex(path, /\/_c_[0-9a-f-]{36}-lock-(\d{10})?$/);
		t.deepEqual((await direct.children(parent)).children, [path.slice(parent.length + 1)]);
		t.deepEqual(await direct.exists(path), stat);
	});

	test(`${mode}: a lost request is made again, once`, async t => {
		const {proxy, direct} = t.context;
		await using client = await open(proxy);
		const parent = await freshParent(direct);
		const lost = proxy.resetOn({request: 'create2'});
		const {path} = await client.create(`${parent}/lock-`, null, {mode, protect: true});
		t.is(lost.hits, 1);
		t.deepEqual((await direct.children(parent)).children, [path.slice(parent.length + 1)]);
	});

	test(`${mode}: the session ends meanwhile: its znode is not adopted and does not stay`, async t => {
		const {proxy, direct, server} = t.context;
		await using client = await open(proxy);
		const parent = await freshParent(direct);
		const held = proxy.hold({reply: 'create2'});
		const creating = client.create(`${parent}/lock-`, null, {mode, protect: true});
		await held.arrived;
		const connected = nextEvent(client, 'connected');
		await killSessionOf(client, server);
		held.reset();
		await connected;
		await t.throwsAsync(creating, {instanceOf: SessionExpiredError});
		await until(async () => (await direct.children(parent)).children.length === 0);
	});

	test(`${mode}: aborted before the reply: nothing is left behind`, async t => {
		const {proxy, direct} = t.context;
		await using client = await open(proxy);
		const parent = await freshParent(direct);
		const controller = new AbortController();
		const held = proxy.hold({reply: 'create2'});
		const creating = client.create(`${parent}/lock-`, null, {mode, protect: true, signal: controller.signal});
		await held.arrived;
		controller.abort();
		await t.throwsAsync(creating, {instanceOf: AbortedError});
		t.is((await direct.children(parent)).children.length, 1);
		held.reset();
		await until(async () => (await direct.children(parent)).children.length === 0);
	});
}

test('aborted after a lost reply, nothing connected: settles at once, and nothing is left behind', async t => {
	const {proxy, direct} = t.context;
	await using client = await open(proxy);
	const parent = await freshParent(direct);
	const controller = new AbortController();
	const held = proxy.hold({reply: 'create2'});
	const creating = client.create(`${parent}/lock-`, null, {
		mode: 'persistent-sequential',
		protect: true,
		signal: controller.signal,
	});
	await held.arrived;
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	await until(() => client.stats().requests.waiting > 0);
	controller.abort();
	const {message} = await t.throwsAsync(creating, {instanceOf: AbortedError});
	t.is(message, `create ${parent}/lock- was aborted`);
	t.is(proxy.connections, 0);
	t.is((await direct.children(parent)).children.length, 1);
	await proxy.restore();
	await until(async () => (await direct.children(parent)).children.length === 0);
});

test('the search fails: the error is that of the create, and what it may have made goes', async t => {
	const {proxy, direct} = t.context;
	await using client = await connect(proxy.address, {sessionTimeout: 20_000, connectTimeout: 200});
	const parent = await freshParent(direct);
	const held = proxy.hold({reply: 'create2'});
	const options = {mode: 'persistent-sequential', protect: true, retry: false} as const;
	const creating = client.create(`${parent}/lock-`, null, options);
	await held.arrived;
	proxy.refuse();
	const error = await t.throwsAsync(creating, {instanceOf: ConnectionLossError});
	t.true(error.message.startsWith('create '), error.message);
	t.true(error.sent);
	t.is((await direct.children(parent)).children.length, 1);
	await proxy.restore();
	await until(async () => (await direct.children(parent)).children.length === 0);
});

test('missing parents are created with the protected znode', async t => {
	const {proxy, direct} = t.context;
	await using client = await open(proxy);
	const {path} = await client.create('/made/on/the/way/n-', null, {mode: 'ephemeral-sequential', createParents: true});
	t.regex(path, /^\/made\/on\/the\/way\/_c_/);
	t.truthy(await direct.exists(path));
});

test('deleteGuaranteed: across a reset, across a lost session, and of what is gone', async t => {
	const {proxy, direct, server} = t.context;
	await using client = await open(proxy);
	const parent = await freshParent(direct);
	for (const name of ['reply', 'request', 'session']) await direct.create(`${parent}/${name}`);
	proxy.resetOn({reply: 'delete'});
	await client.deleteGuaranteed(`${parent}/reply`);
	proxy.resetOn({request: 'delete'});
	await client.deleteGuaranteed(`${parent}/request`);
	const held = proxy.hold({request: 'delete'});
	const deleting = client.deleteGuaranteed(`${parent}/session`);
	await held.arrived;
	await killSessionOf(client, server);
	held.reset();
	await deleting;
	t.deepEqual((await direct.children(parent)).children, []);
	await client.deleteGuaranteed(`${parent}/reply`);
});

test('deleteGuaranteed ends with the client', async t => {
	const {proxy, direct} = t.context;
	const client = await open(proxy);
	const parent = await freshParent(direct);
	proxy.refuse();
	const deleting = client.deleteGuaranteed(parent);
	await client.close();
	await t.notThrowsAsync(deleting);
});
