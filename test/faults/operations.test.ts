import anyTest, {type TestFn} from 'ava';
import {connect, ConnectionLossError, type Client, nTimes} from '../../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperOperation} from '../../lib/testing/index.ts';

const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy; client: Client}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, client: await connect(proxy.address, {sessionTimeout: 1000, retry: nTimes(5, 20)})};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.proxy.close();
	await t.context.server.close();
});
test.afterEach.always(async t => {
	await t.context.proxy.restore();
});

type Operation = {
	readonly name: string;
	/** As it goes over the wire. */
	readonly op: ZooKeeperOperation;
	/** Whether a lost reply is no reason to give up. */
	readonly repeats: boolean;
	readonly run: (client: Client, path: string) => Promise<unknown>;
};
const watch = (): void => {};
const operations: readonly Operation[] = [
	{name: 'create', op: 'create2', repeats: false, run: (client, path) => client.create(`${path}/new`)},
	{name: 'get', op: 'getData', repeats: true, run: (client, path) => client.get(path)},
	{name: 'get with a watch', op: 'getData', repeats: true, run: (client, path) => client.get(path, {watch})},
	{name: 'set', op: 'setData', repeats: false, run: (client, path) => client.set(path, 'x')},
	{name: 'delete', op: 'delete', repeats: false, run: (client, path) => client.delete(path)},
	{name: 'exists', op: 'exists', repeats: true, run: (client, path) => client.exists(path)},
	{name: 'children', op: 'getChildren2', repeats: true, run: (client, path) => client.children(path)},
	{name: 'getAcl', op: 'getACL', repeats: true, run: (client, path) => client.getAcl(path)},
	{
		name: 'setAcl',
		op: 'setACL',
		repeats: false,
		run: (client, path) => client.setAcl(path, [{permissions: 'all', scheme: 'world', id: 'anyone'}], {version: 0}),
	},
	{name: 'sync', op: 'sync', repeats: true, run: (client, path) => client.sync(path)},
	{
		name: 'an idempotent create',
		op: 'create2',
		repeats: true,
		run: (client, path) => client.create(`${path}/new`, 'x', {idempotent: true}),
	},
	{
		name: 'an idempotent set',
		op: 'setData',
		repeats: true,
		run: (client, path) => client.set(path, 'x', {version: 0, idempotent: true}),
	},
	{
		name: 'an idempotent delete',
		op: 'delete',
		repeats: true,
		run: (client, path) => client.delete(path, {version: 0, idempotent: true}),
	},
	{
		name: 'a transaction',
		op: 'multi',
		repeats: false,
		run: (client, path) => client.transaction().set(path, 'x').commit(),
	},
];

let count = 0;
async function freshPath(client: Client): Promise<string> {
	return (await client.create(`/operation-${++count}`)).path;
}

for (const {name, op, repeats, run} of operations) {
	for (const [fault, lose] of [
		['a request that never came', (proxy: FaultProxy) => proxy.resetOn({request: op})],
		['a reset before the reply', (proxy: FaultProxy) => proxy.resetOn({reply: op})],
		['a dropped reply', (proxy: FaultProxy) => proxy.drop({reply: op})],
	] as const) {
		test(`${name}, ${fault}: ${repeats ? 'is repeated' : 'is told, once'}`, async t => {
			const {client, proxy} = t.context;
			const path = await freshPath(client);
			const rule = lose(proxy);
			if (repeats) {
				await run(client, path);
			} else {
				const error = await t.throwsAsync(run(client, path), {instanceOf: ConnectionLossError});
				t.true(error.sent);
				t.regex(error.message, new RegExp(`^${name === 'a transaction' ? 'multi' : name} ${path}`));
			}
			t.is(rule.hits, 1);
			await client.sync('/');
		});
	}

	test(`${name}, made while there is no connection: is sent with the next`, async t => {
		const {client, proxy} = t.context;
		const path = await freshPath(client);
		proxy.refuse();
		while (client.state.status === 'connected') await new Promise(resolve => client.once('suspended', resolve));
		const call = run(client, path);
		await proxy.restore();
		await t.notThrowsAsync(call);
	});

	test(`${name}, without a retry policy: fails at the first loss`, async t => {
		const {client, proxy, server} = t.context;
		const path = await freshPath(client);
		await using single = await connect(proxy.address, {sessionTimeout: 2000, retry: false});
		proxy.resetOn({reply: op});
		await t.throwsAsync(run(single, path), {instanceOf: ConnectionLossError});
		t.truthy(server.pid);
	});
}
