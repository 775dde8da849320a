import {
	AbortedError,
	BadVersionError,
	type Client,
	connect,
	InvalidArgumentError,
	NoNodeError,
	type Read,
	type WatchNotice,
} from '../lib/index.ts';
import {watchesUnder} from './helpers/proxied-client.ts';
import {proxiedTest} from './helpers/proxied-test.ts';
import {until} from './helpers/until.ts';

const test = proxiedTest();

async function plant(client: Client, root: string, width: number): Promise<void> {
	const names = Array.from({length: width}, (_, index) => `${root}/${index % 7}/${index}`);
	await Promise.all(names.map(path => client.create(path, null, {createParents: true})));
}

test('deleteTree: a tree of any width, whoever deletes along, and what is not there', async t => {
	const {client} = t.context;
	await plant(client, '/tree', 1200);
	t.is(await client.getAllChildrenNumber('/tree'), 1207);
	await Promise.all([client.deleteTree('/tree'), client.deleteTree('/tree')]);
	t.is(await client.exists('/tree'), undefined);
	await t.notThrowsAsync(client.deleteTree('/tree'));
	await t.throwsAsync(client.getAllChildrenNumber('/tree'), {instanceOf: NoNodeError});
});

test('deleteTree: lost replies and new znodes do not stop it; an abort does', async t => {
	const {client, proxy} = t.context;
	await plant(client, '/tree', 20);
	proxy.resetOn({reply: 'delete'});
	await client.deleteTree('/tree');
	t.is(await client.exists('/tree'), undefined);

	await client.create('/grown/a', null, {createParents: true});
	using held = proxy.hold({request: 'delete', times: 1});
	const deleting = client.deleteTree('/grown');
	await held.arrived;
	await using other = await connect(`${t.context.server.connectString}/app`);
	await other.create('/grown/a/late');
	held.release();
	await deleting;
	t.is(await client.exists('/grown'), undefined);

	await client.create('/kept');
	await t.throwsAsync(client.deleteTree('/kept', {signal: AbortSignal.abort()}), {instanceOf: AbortedError});
	t.truthy(await client.exists('/kept'));
});

test("deleteTree: a chroot's own znode can go, the servers' root cannot", async t => {
	const {server} = t.context;
	await using client = await connect(server.connectString);
	await t.throwsAsync(client.deleteTree('/'), {instanceOf: InvalidArgumentError});
	const view = client.namespace('whole');
	await view.create('/a/b', null, {createParents: true});
	await view.deleteTree('/');
	t.is(await client.exists('/whole'), undefined);
});

test('setOrCreate: one or the other, also when somebody comes between', async t => {
	const {client, proxy, server} = t.context;
	t.is((await client.setOrCreate('/either/or', 'one', {createParents: true})).version, 0);
	t.is((await client.setOrCreate('/either/or', 'two')).version, 1);
	await t.throwsAsync(client.setOrCreate('/either/or', 'x', {version: 9}), {instanceOf: BadVersionError});
	await t.throwsAsync(client.setOrCreate('/no/parent', 'x'), {instanceOf: NoNodeError});
	await t.throwsAsync(client.setOrCreate('/a', 'x', {mode: 'ephemeral-sequential'}), {
		instanceOf: InvalidArgumentError,
	});

	using held = proxy.hold({request: 'create2'});
	const racing = client.setOrCreate('/race', 'mine');
	await held.arrived;
	await using other = await connect(`${server.connectString}/app`);
	await other.create('/race', 'theirs');
	held.release();
	t.is((await racing).version, 1);
	t.is((await client.get('/race')).data?.toString(), 'mine');
});

test('deleteGuaranteed: an abort ends the wait, not the deletion', async t => {
	const {client, proxy} = t.context;
	await client.create('/doomed');
	const aborted = new AbortController();
	using held = proxy.hold({request: 'delete'});
	const deleting = client.deleteGuaranteed('/doomed', {signal: aborted.signal});
	await held.arrived;
	aborted.abort(new Error('enough'));
	const error = await t.throwsAsync(deleting, {instanceOf: AbortedError, message: /^delete \/doomed/});
	t.is((error.cause as Error).message, 'enough');
	proxy.resetOn({request: 'delete'});
	held.reset();
	await until(async () => (await client.exists('/doomed')) === undefined);
});

test("unwatch: an abort ends the wait; the listener hears nothing, and the server's watch goes", async t => {
	const {client, proxy, server} = t.context;
	await client.create('/unwatched');
	const told: WatchNotice[] = [];
	const listener = (notice: WatchNotice): void => void told.push(notice);
	await client.get('/unwatched', {watch: listener});
	const aborted = new AbortController();
	const held = proxy.hold({request: 'removeWatches'});
	const leaving = client.unwatch('/unwatched', listener, {signal: aborted.signal});
	await held.arrived;
	aborted.abort();
	await t.throwsAsync(leaving, {instanceOf: AbortedError, message: /^unwatch \/unwatched/});
	await using other = await connect(`${server.connectString}/app`);
	t.is((await watchesUnder(server, '/app/unwatched'))['/app/unwatched'], 1);
	held.release();
	await client.sync('/');
	t.deepEqual(await watchesUnder(server, '/app/unwatched'), {});
	await other.set('/unwatched', 'changed');
	await client.sync('/');
	t.deepEqual(told, []);
});

test('multiRead: each read has its own result or error', async t => {
	const {client} = t.context;
	await client.create('/many/a', 'data', {createParents: true});
	await client.create('/many/null', null);
	const results = await client.multiRead([
		{type: 'get', path: '/many/a'},
		{type: 'get', path: '/many/none'},
		{type: 'children', path: '/many'},
		{type: 'get', path: '/many/null'},
		{type: 'children', path: '/none'},
	]);
	t.like(results, {
		0: {type: 'get', path: '/many/a', data: Buffer.from('data')},
		1: {type: 'error', path: '/many/none'},
		3: {type: 'get', data: null},
	});
	const [, missing, children, , absent] = results;
	t.true(missing?.type === 'error' && missing.error instanceof NoNodeError && missing.error.path === '/many/none');
	t.deepEqual(children?.type === 'children' && children.children.toSorted(), ['a', 'null']);
	t.is(absent?.type === 'error' && absent.error.message, 'children /none: no such znode');
	t.deepEqual(await client.multiRead([]), []);
	for (const read of [
		{type: 'exists', path: '/a'},
		{type: 'get', path: 'a'},
	])
		await t.throwsAsync(client.multiRead([read as Read]), {instanceOf: InvalidArgumentError});
});

test('getEphemerals: what this session has below a path', async t => {
	const {client, server} = t.context;
	await using other = await connect(`${server.connectString}/app`);
	for (const path of ['/mine', '/mine-too', '/mined/a'])
		await client.create(path, null, {mode: path === '/mine' ? 'persistent' : 'ephemeral', createParents: true});
	await client.create('/mine/b', null, {mode: 'ephemeral'});
	await other.create('/mine/others', null, {mode: 'ephemeral'});
	t.deepEqual((await client.getEphemerals()).toSorted(), ['/mine-too', '/mine/b', '/mined/a']);
	t.deepEqual(await client.getEphemerals('/mine'), ['/mine/b']);
	t.deepEqual(await client.getEphemerals('/none'), []);
	t.deepEqual(await client.namespace('mine').getEphemerals(), ['/b']);
});
