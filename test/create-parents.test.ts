import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type CreateOptions, InvalidArgumentError, readAcl} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {until} from './helpers/until.ts';

type Context = {readonly server: TestingServer; readonly proxy: FaultProxy; readonly client: Client};
const test = anyTest as TestFn<Context>;

test.before(async t => {
	const server = await TestingServer.start({javaArguments: ['-Dznode.container.checkIntervalMs=100']});
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, client: await connect(proxy.address)};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.proxy.close();
	await t.context.server.close();
});

test('parents that are containers go when they have been emptied, persistent ones stay', async t => {
	const {client} = t.context;
	await client.create('/stays/a/b', null, {createParents: 'persistent'});
	await client.setOrCreate('/stays/set/b', 'x', {createParents: 'persistent'});
	const {path} = await client.create('/stays/queue/n-', null, {
		mode: 'ephemeral-sequential',
		createParents: 'persistent',
	});
	await client.create('/goes/a/b', null, {createParents: true});
	await Promise.all(['/stays/a/b', '/stays/set/b', path, '/goes/a/b'].map(leaf => client.delete(leaf)));
	await until(async () => (await client.exists('/goes')) === undefined);
	t.deepEqual((await client.children('/stays')).children.toSorted(), ['a', 'queue', 'set']);
});

test("persistent parents have the call's ACL", async t => {
	const {server} = t.context;
	await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	await using client = await connect(proxy.address);
	const acl: CreateOptions['acl'] = [{permissions: ['read', 'create'], scheme: 'world', id: 'anyone'}];
	const refused = client.create('/barred/a/b', null, {createParents: 'persistent', acl: readAcl});
	await t.throwsAsync(refused, {code: 'NO_AUTH'});
	await client.create('/shared/a/b', null, {createParents: 'persistent', acl});
	t.deepEqual((await client.getAcl('/shared/a')).acl, (await client.getAcl('/shared/a/b')).acl);
	t.is(await client.exists('/barred/a'), undefined);
});

test('what is no kind of parents is refused before any I/O', async t => {
	const {client, proxy} = t.context;
	using recording = proxy.record();
	for (const createParents of ['container', 1, null]) {
		const options = {createParents} as unknown as CreateOptions;
		await t.throwsAsync(client.create('/odd/a', null, options), {instanceOf: InvalidArgumentError});
		await t.throwsAsync(client.create('/odd/n-', null, {...options, mode: 'persistent-sequential'}), {
			instanceOf: InvalidArgumentError,
		});
		await t.throwsAsync(client.setOrCreate('/odd/a', 'x', options), {
			instanceOf: InvalidArgumentError,
			message: /options\.createParents/,
		});
	}
	t.false(recording.requests.some(({path}) => path?.startsWith('/odd')));
});
