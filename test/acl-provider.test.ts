import anyTest, {type TestFn} from 'ava';
import {
	type Acl,
	type Client,
	connect,
	creatorAcl,
	InvalidArgumentError,
	openAcl,
	type Permission,
	readAcl,
} from '../lib/index.ts';
import {TestingServer} from '../lib/testing/index.ts';
import {Mutex} from '../recipes/index.ts';

const test = anyTest as TestFn<{server: TestingServer}>;

test.before(async t => {
	t.context = {server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.server.close();
});

/** An ACL that can be told by its length from any other path's, and still lets the client do what it likes. */
const signed = (path: string): Acl => [...openAcl, {permissions: ['read'], scheme: 'digest', id: `${path}:hash`}];
const signatureOf = (acl: Acl): string | undefined => acl[1]?.id.replace(/:hash$/, '');

async function opened(server: TestingServer, chroot: string): Promise<{client: Client; asked: string[]}> {
	await using setUp = await connect(server.connectString);
	await setUp.create(chroot);
	const asked: string[] = [];
	const acl = (path: string): Acl => {
		asked.push(path);
		return signed(path);
	};
	return {client: await connect(`${server.connectString}${chroot}`, {acl}), asked};
}

/** What the server has for each path: that is the path which the provider saw. */
async function signatures(client: Client, ...paths: string[]): Promise<(string | undefined)[]> {
	return Promise.all(paths.map(async path => signatureOf((await client.getAcl(path)).acl)));
}

test("a call's own comes first, for its parents too", async t => {
	const {client, asked} = await opened(t.context.server, '/own');
	await client.create('/a/b', null, {createParents: true, acl: openAcl});
	await client.transaction().create('/t', null, {acl: openAcl}).commit();
	t.deepEqual(await signatures(client, '/a', '/a/b', '/t'), [undefined, undefined, undefined]);
	t.deepEqual(asked, []);
	await client.close();
});

test('paths are below the chroot, with the names of namespaces, and as they are sent', async t => {
	const {client} = await opened(t.context.server, '/paths');
	const orders = client.namespace('shop').namespace('orders');
	const {path} = await orders.create('/n-', null, {mode: 'ephemeral-sequential'});
	await orders.transaction().create('/t').commit();
	t.deepEqual(await signatures(client, '/shop', '/shop/orders', '/shop/orders/t', `/shop/orders${path}`), [
		'/shop',
		'/shop/orders',
		'/shop/orders/t',
		`/shop/orders${path.slice(0, -10)}`,
	]);
	await client.create('/', null, {mode: 'persistent-sequential', protect: false});
	t.deepEqual(await signatures(client, '/0000000001'), ['/']);
	await client.close();
});

test("a recipe's parents and contenders", async t => {
	const {client} = await opened(t.context.server, '/recipes');
	await using lease = await new Mutex(client, '/locks/one').acquire();
	t.deepEqual(await signatures(client, '/locks', '/locks/one', lease.path), [
		'/locks',
		'/locks/one',
		lease.path.slice(0, -10),
	]);
	await lease.release();
	await client.close();
});

test('undefined is the default, and nonsense is refused before any I/O', async t => {
	const {connectString} = t.context.server;
	const answers = new Map<string, Acl | undefined>([['/read', readAcl]]);
	const acl = (path: string): Acl | undefined => answers.get(path);
	await using plain = await connect(connectString, {acl});
	await using authenticated = await connect(connectString, {acl, auth: [{scheme: 'digest', auth: 'user:secret'}]});
	await plain.create('/read');
	await plain.create('/plain');
	await authenticated.create('/mine');
	t.deepEqual((await plain.getAcl('/read')).acl, [{permissions: ['read'], scheme: 'world', id: 'anyone'}]);
	t.deepEqual((await plain.getAcl('/plain')).acl, openAcl);
	const [mine] = (await authenticated.getAcl('/mine')).acl;
	t.like(mine, {scheme: 'digest', permissions: creatorAcl[0]?.permissions});
	t.regex(mine?.id ?? '', /^user:/);
	answers.set('/empty', []);
	answers.set('/odd', [{permissions: ['fly' as Permission], scheme: 'world', id: 'anyone'}]);
	for (const path of ['/empty', '/odd']) {
		await t.throwsAsync(plain.create(path), {instanceOf: InvalidArgumentError});
		t.throws(() => plain.transaction().create(path), {instanceOf: InvalidArgumentError});
	}
	const failing = await connect(connectString, {
		acl() {
			throw new RangeError('no such department');
		},
	});
	await t.throwsAsync(failing.create('/any'), {instanceOf: RangeError});
	await failing.close();
});
