import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {
	AuthFailedError,
	BadVersionError,
	type Client,
	connect,
	creatorAcl,
	InvalidAclError,
	InvalidArgumentError,
	NoAuthError,
	NoChildrenForEphemeralsError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	readAcl,
	RequestTooLargeError,
	TransactionError,
	type WatchNotice,
} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {nextEvent} from './helpers/next-event.ts';
import {until} from './helpers/until.ts';

const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy; client: Client}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, client: await connect(server.connectString, {sessionTimeout: 20_000})};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.proxy.close();
	await t.context.server.close();
});

test('refusals are typed, with operation, path and code', async t => {
	const {client} = t.context;
	await client.create('/refusals/e', null, {mode: 'ephemeral', createParents: true});
	for (const [call, instanceOf, message] of [
		[client.get('/nothing'), NoNodeError, /^get \/nothing: /],
		[client.children('/nothing'), NoNodeError, /^children \/nothing: /],
		[client.create('/no/parent'), NoNodeError, /^create \/no\/parent: /],
		[client.create('/refusals'), NodeExistsError, /^create \/refusals: /],
		[client.create('/refusals/e/child'), NoChildrenForEphemeralsError, /^create \/refusals\/e\/child: /],
		[client.set('/refusals', 'x', {version: 7}), BadVersionError, /^set \/refusals: /],
		[client.delete('/refusals'), NotEmptyError, /^delete \/refusals: /],
		[client.delete('/refusals/e', {version: 7}), BadVersionError, /^delete \/refusals\/e: /],
		[client.setAcl('/refusals', readAcl, {version: 7}), BadVersionError, /^setAcl \/refusals: /],
		[client.setAcl('/refusals', [{permissions: 'all', scheme: 'digest', id: 'malformed'}]), InvalidAclError, /^setAcl/],
		[client.create('/mine', null, {acl: creatorAcl}), InvalidAclError, /^create \/mine: /],
	] as const) {
		const error = await t.throwsAsync(call, {instanceOf, message});
		t.truthy(error.path);
	}
	t.is(await client.exists('/nothing'), undefined);
});

test('bad arguments are refused before any I/O', async t => {
	const {client} = t.context;
	const bad = '/a/../b';
	for (const call of [
		client.get(bad),
		client.create('relative'),
		client.create('/a/'),
		client.set('', 'x'),
		client.delete('/a//b'),
		client.exists('/a\u0000'),
		client.set('/', 'x', {version: 1.5}),
		client.create('/a', 'x', {mode: 'forever' as 'persistent'}),
		client.create('/a', 'x', {ttl: 5}),
		client.create('/a', 'x', {mode: 'persistent-ttl'}),
		client.create('/a', 'x', {mode: 'persistent-ttl', ttl: 0}),
		client.create('/a', 'x', {mode: 'persistent-ttl', ttl: 2 ** 40}),
		client.create('/a', 'x', {acl: []}),
		client.set('/', 5 as unknown as string),
		client.unwatch(bad, () => {}),
		client.deleteGuaranteed(bad),
		client.addAuth('', 'secret'),
		client.addAuth('digest', 5 as unknown as string),
	])
		await t.throwsAsync(call, {instanceOf: InvalidArgumentError});
	for (const call of [
		() => client.watch(bad),
		() => client.transaction().create('a'),
		() => client.transaction().set('/', 'x', {version: 1.5}),
		() => client.transaction().create('/a', 'x', {mode: 'persistent-ttl'}),
		() => client.transaction().delete('/', {version: 2 ** 40}),
	])
		t.throws(call, {instanceOf: InvalidArgumentError});
	await client.create('/slash');
	t.regex(
		(await client.create('/slash/', null, {mode: 'persistent-sequential', protect: false})).path,
		/^\/slash\/\d{10}$/,
	);
});

test('what is too large is refused here, alone or as a sum, and the client goes on', async t => {
	const {client} = t.context;
	await t.throwsAsync(client.create('/large', Buffer.alloc(2 ** 20)), {instanceOf: RequestTooLargeError});
	await client.create('/half');
	const half = Buffer.alloc(600_000);
	const error = await t.throwsAsync(client.transaction().set('/half', half).set('/half', half).commit(), {
		instanceOf: RequestTooLargeError,
	});
	t.regex(error.message, /^multi \/half: /);
	await client.set('/half', Buffer.alloc(1_000_000));
	t.is((await client.get('/half')).data?.length, 1_000_000);
});

test('null, empty and text', async t => {
	const {client} = t.context;
	await client.create('/data', null);
	t.is((await client.get('/data')).data, null);
	await client.set('/data', '');
	t.deepEqual((await client.get('/data')).data, Buffer.alloc(0));
	await client.set('/data', 'grüße');
	t.is((await client.get('/data')).data?.toString(), 'grüße');
	await client.delete('/data');
});

test('a chroot holds for every operation, event, error and result', async t => {
	const {client, server, proxy} = t.context;
	await client.create('/app/a', 'x', {createParents: true});
	await using inside = await connect(`${proxy.address}/app`, {sessionTimeout: 4000});
	const told: WatchNotice[] = [];
	const watch = (notice: WatchNotice): void => void told.push(notice);
	t.is((await inside.get('/a', {watch})).data?.toString(), 'x');
	t.deepEqual((await inside.children('/', {watch})).children, ['a']);
	t.is(await inside.exists('/b', {watch}), undefined);
	t.is((await inside.create('/b')).path, '/b');
	t.regex((await inside.create('/', null, {mode: 'ephemeral-sequential', protect: false})).path, /^\/\d{10}$/);
	t.regex((await inside.create('/n-', null, {mode: 'ephemeral-sequential'})).path, /^\/_c_[0-9a-f-]+-n-\d{10}$/);
	await inside.set('/a', 'y');
	await inside.setAcl('/a', (await inside.getAcl('/a')).acl);
	await inside.sync('/');
	t.deepEqual(told, [
		{type: 'created', path: '/b'},
		{type: 'children', path: '/'},
		{type: 'changed', path: '/a'},
	]);
	await t.throwsAsync(inside.get('/nothing'), {message: /^get \/nothing: /});
	const results = await inside
		.transaction()
		.create('/t')
		.set('/t', '1')
		.check('/t', {version: 1})
		.delete('/t')
		.commit();
	t.deepEqual(
		results.map(({operation, path}) => `${operation} ${path}`),
		['create /t', 'set /t', 'check /t', 'delete /t'],
	);
	const refused = await t.throwsAsync(inside.transaction().check('/a').delete('/nothing').commit(), {
		instanceOf: TransactionError,
	});
	t.is(refused.index, 1);
	t.true(refused.cause instanceof NoNodeError);
	t.is(refused.cause.path, '/nothing');
	const reconnected = nextEvent(inside, 'reconnected');
	told.length = 0;
	await inside.get('/a', {watch});
	proxy.reset();
	await reconnected;
	await client.set('/app/a', 'z');
	await until(() => told.length > 0);
	t.deepEqual(told, [{type: 'changed', path: '/a'}]);
	t.deepEqual(
		(await client.children('/')).children.filter(name => name.startsWith('app')),
		['app'],
	);
	t.truthy(server.pid);
	await inside.delete('/a');
	t.is(await client.exists('/app/a'), undefined);
});

test('credentials go first on every connection', async t => {
	const {client, proxy} = t.context;
	await using mine = await connect(proxy.address, {
		sessionTimeout: 4000,
		auth: [{scheme: 'digest', auth: 'user:correct horse'}],
	});
	await mine.create('/secret', 'x');
	await t.throwsAsync(client.get('/secret'), {instanceOf: NoAuthError});
	for (let round = 0; round < 3; round++) {
		const suspended = nextEvent(mine, 'suspended');
		proxy.reset();
		await suspended;
		t.is((await mine.get('/secret')).data?.toString(), 'x');
		t.is(mine.state.status, 'connected');
	}
	await using later = await connect(proxy.address, {sessionTimeout: 4000});
	await t.throwsAsync(later.get('/secret'), {instanceOf: NoAuthError});
	await later.addAuth('digest', 'user:correct horse');
	await later.get('/secret');
});

test('a refused credential is terminal, and no secret is told', async t => {
	const {proxy} = t.context;
	const auth = [{scheme: 'nonsense', auth: 'correct horse'}];
	const error = await t.throwsAsync(connect(proxy.address, {auth}), {instanceOf: AuthFailedError});
	t.notRegex(inspect(error, {depth: 9, showHidden: true}), /correct horse/);
	await using client = await connect(proxy.address, {auth: [{scheme: 'digest', auth: 'user:correct horse'}]});
	const session = client.session?.password.toString('hex') ?? '';
	for (const seen of [inspect(client, {depth: 9, showHidden: true}), JSON.stringify(client.session)])
		t.false(seen.includes('correct horse') || seen.includes(session));
	await t.throwsAsync(client.addAuth('nonsense', 'correct horse'), {instanceOf: AuthFailedError});
	t.true((await client.closed) instanceof AuthFailedError);
	await t.throwsAsync(client.get('/'), {code: 'CLIENT_CLOSED'});
	await t.throwsAsync(connect(proxy.address, {auth: 'user:correct horse' as unknown as []}), {
		instanceOf: InvalidArgumentError,
		message: /^(?!.*correct).*options\.auth/,
	});
});
