import test from 'ava';
import {type Client, connect, type CreateMode, nameOf, openAcl, readAcl} from '../../lib/index.ts';
import {PersistentNode} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

/** Waits until the znode's data is this; `undefined`: until it is gone. */
async function holds(path: string, data: string | undefined): Promise<void> {
	await eventually(
		async () => {
			const stat = await onlooker.client.exists(path);
			return stat && (await onlooker.client.get(path)).data?.toString();
		},
		seen => seen === data,
	);
}

function connectToServer(): Promise<Client> {
	return connect(onlooker.server.connectString);
}

const modes: readonly CreateMode[] = [
	'ephemeral',
	'ephemeral-sequential',
	'persistent',
	'persistent-sequential',
	'container',
	'persistent-ttl',
	'persistent-sequential-ttl',
];
for (const mode of modes) {
	test(`#60 created, written, created anew where it was deleted, and gone when it is closed: ${mode}`, async t => {
		await using client = await connectToServer();
		const folder = `/basic/${mode}`;
		const ttl = mode.endsWith('ttl') ? 3_600_000 : undefined;
		const node = PersistentNode.start(client, `${folder}/a`, {mode, ttl, data: 'one'});
		const created: string[] = [];
		node.on('created', ({path}) => created.push(path));
		const path = await node.whenCreated();
		t.regex(nameOf(path), mode.includes('sequential') ? /^_c_[\da-f-]{36}-a\d{10}$/ : /^a$/);
		t.is(node.path, path);
		await holds(path, 'one');
		const {ephemeralOwner} = (await onlooker.client.get(path)).stat;
		t.is(ephemeralOwner !== 0n, mode.startsWith('ephemeral'));

		await node.set('two');
		await holds(path, 'two');
		await onlooker.client.delete(path);
		await holds(path, 'two');
		await node.set('three');
		await onlooker.client.delete(path);
		await holds(path, 'three');
		t.is(await node.whenCreated(), path);
		await eventually(
			() => created.length,
			count => count === 3,
		);
		t.deepEqual(created, [path, path, path]);
		await node.close();
		await node.close();
		t.is(await onlooker.client.exists(path), undefined);
		await onlooker.nothingLeft(folder, client);
		t.is(node.listenerCount('created'), 0);
	});
}

test('#60 created anew after each of several sessions, with the data of now', async t => {
	await using client = await connectToServer();
	await using node = PersistentNode.start(client, '/sessions/a', {data: '0'});
	await node.whenCreated();
	for (const data of ['1', '2', '3']) {
		await node.set(data);
		const before = (await onlooker.client.get('/sessions/a')).stat;
		await onlooker.expire(client);
		const after = await eventually(
			() => onlooker.client.exists('/sessions/a'),
			stat => stat !== undefined && stat.czxid !== before.czxid,
		);
		t.not(after?.ephemeralOwner, before.ephemeralOwner);
		await holds('/sessions/a', data);
	}
});

test('#60 data that is set without a connection is written when there is one, the last wins', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	await using node = PersistentNode.start(one.client, '/offline/a', {data: 'before'});
	await node.whenCreated();
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	const sets = ['first', 'second', 'third'].map(data => node.set(data));
	await t.throwsAsync(node.whenCreated({signal: AbortSignal.timeout(50)}), {code: 'ABORTED'});
	await one.proxy.restore();
	await Promise.all(sets);
	const {data, stat} = await onlooker.client.get('/offline/a');
	t.is(data?.toString(), 'third');
	t.is(stat.version, 1, 'the others were never sent');
});

test('#60 a session that ends without a connection, and data set meanwhile', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	await using node = PersistentNode.start(one.client, '/offline/b', {mode: 'ephemeral-sequential', data: 'before'});
	const path = await node.whenCreated();
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	await onlooker.expire(one.client);
	await holds(path, undefined);
	const set = node.set('after');
	await one.proxy.restore();
	await set;
	t.is(node.path, path);
	await holds(path, 'after');
	t.is((await onlooker.names('/offline')).filter(name => name.startsWith('_c_')).length, 1);
});

test("#60 a znode that is there is taken over, and created anew when its owner's session ends", async t => {
	await using owner = await connectToServer();
	await using client = await connectToServer();
	await owner.create('/found/a', 'theirs', {mode: 'ephemeral', createParents: true});
	await using node = PersistentNode.start(client, '/found/a', {data: 'mine'});
	let created = 0;
	node.on('created', () => created++);
	await node.whenCreated();
	t.is(created, 1);
	t.is((await client.get('/found/a')).data?.toString(), 'mine');
	await owner.close();
	await eventually(
		() => onlooker.client.exists('/found/a'),
		stat => stat?.ephemeralOwner === client.session?.id,
	);
	await holds('/found/a', 'mine');
});

test('what others write stays until the next set, and what others create in its place does not', async t => {
	await using client = await connectToServer();
	await using node = PersistentNode.start(client, '/theirs/a', {data: 'mine', mode: 'persistent'});
	await node.whenCreated();
	await onlooker.client.set('/theirs/a', 'theirs');
	await onlooker.expire(client);
	await client.whenConnected();
	await node.set('again');
	await holds('/theirs/a', 'again');
	await onlooker.client.transaction().delete('/theirs/a').create('/theirs/a', 'theirs').commit();
	await holds('/theirs/a', 'again');
	t.pass();
});

test('#60 a close that races the start leaves nothing', async t => {
	await using client = await connectToServer();
	await onlooker.client.create('/quick/there', '', {createParents: true});
	for (const mode of ['persistent', 'ephemeral', 'persistent-sequential', 'ephemeral-sequential'] as const) {
		for (const name of ['there', `new-${mode}`]) {
			const node = PersistentNode.start(client, `/quick/${name}`, {mode});
			node.on('created', () => t.fail('nobody hears of it after the close'));
			const created = node.whenCreated();
			await Promise.all([node.close(), t.throwsAsync(created, {code: 'CLIENT_CLOSED'})]);
			await t.throwsAsync(node.set('late'), {code: 'CLIENT_CLOSED'});
		}
	}
	await onlooker.nothingLeft('/quick', client);
});

test('#60 a close while the create is unanswered, and one whose reply is lost, leave nothing', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	await onlooker.client.create('/race');
	for (const mode of ['persistent', 'persistent-sequential', 'ephemeral-sequential'] as const) {
		const held = one.proxy.hold({reply: 'create2'});
		const node = PersistentNode.start(one.client, '/race/a', {mode});
		await held.arrived;
		const closed = node.close();
		await t.throwsAsync(node.close({signal: AbortSignal.timeout(20)}), {code: 'ABORTED'});
		held.release();
		await closed;
		t.deepEqual(await onlooker.names('/race'), []);

		const lost = one.proxy.resetOn({reply: 'create2'});
		const second = PersistentNode.start(one.client, '/race/a', {mode});
		await lost.arrived;
		await second.close();
		await onlooker.nothingLeft('/race', one.client);
	}
});

test('#60 a create whose reply was lost is found: there is one znode, also after the server was away', async t => {
	await using quiet = await QueueOnlooker.start();
	await using one = await ProxiedClient.connect(quiet.server, {sessionTimeout: 60_000});
	one.proxy.resetOn({reply: 'create2', where: ({error}) => error === 0, times: 2});
	await using node = PersistentNode.start(one.client, '/once', {mode: 'ephemeral-sequential', data: 'a'});
	const path = await node.whenCreated();
	await quiet.server.restart();
	await node.set('b');
	const children = (await one.client.children('/')).children.filter(name => name.startsWith('_c_'));
	t.deepEqual(children, [nameOf(path)]);
	t.is((await one.client.get(path)).data?.toString(), 'b');
});

test('#60 without a server at the start it is created when there is one', async t => {
	await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	await using node = PersistentNode.start(one.client, '/late/a', {data: 'late'});
	await t.throwsAsync(node.whenCreated({signal: AbortSignal.timeout(20)}), {code: 'ABORTED'});
	await one.proxy.restore();
	await node.whenCreated();
	await holds('/late/a', 'late');
});

test('#60 a refusal is told, rejects who waits, and is no end', async t => {
	await using client = await connectToServer();
	await onlooker.client.create('/refused', '', {acl: readAcl});
	await using node = PersistentNode.start(client, '/refused/a');
	const refusals: string[] = [];
	node.on('refused', ({message}) => refusals.push(message));
	await t.throwsAsync(node.whenCreated(), {code: 'NO_AUTH'});
	await t.throwsAsync(node.whenCreated(), {code: 'NO_AUTH'});
	t.is(refusals.length, 1);
	await t.throwsAsync(node.set('a'), {code: 'NO_AUTH'});
	await onlooker.client.delete('/refused');
	await node.set('b');
	await holds('/refused/a', 'b');
	await t.throwsAsync(node.set(Buffer.alloc(2 ** 20)), {code: 'REQUEST_TOO_LARGE'});
	await node.set('c');
	await holds('/refused/a', 'c');
});

test('a persistent one with children stays, and that is told', async t => {
	await using client = await connectToServer();
	const node = PersistentNode.start(client, '/parent', {mode: 'persistent'});
	await node.whenCreated();
	await onlooker.client.create('/parent/child');
	const refusals: Error[] = [];
	node.on('refused', error => refusals.push(error));
	await node.close();
	t.like(refusals, [{code: 'NOT_EMPTY'}]);
});

test("the ACL is the provider's, for the znode and its parents", async t => {
	await using client = await connect(onlooker.server.connectString, {
		acl: path => (path === '/acl/here/a' ? readAcl : openAcl),
	});
	await using node = PersistentNode.start(client, '/acl/here/a');
	await node.whenCreated();
	t.deepEqual((await client.getAcl('/acl/here/a')).acl, readAcl);
	t.deepEqual((await client.getAcl('/acl/here')).acl, openAcl);
});

test("the client's end is its end", async t => {
	const client = await connectToServer();
	const node = PersistentNode.start(client, '/ended');
	await node.whenCreated();
	await client.close();
	await eventually(
		() => node.whenCreated().catch((error: {code: string}) => error.code),
		code => code === 'CLIENT_CLOSED',
	);
	await node.close();
	await holds('/ended', undefined);
	const late = PersistentNode.start(client, '/ended');
	await t.throwsAsync(late.whenCreated(), {code: 'CLIENT_CLOSED'});
	await late.close();
});

test('bad input is refused before any I/O', async t => {
	await using client = await connectToServer();
	const start = (path: string, options = {}) =>
		t.throws(() => PersistentNode.start(client, path, options), {code: 'INVALID_ARGUMENT'});
	start('relative');
	start('/');
	start('/a', {mode: 'eternal'});
	start('/a', {mode: 'persistent-ttl'});
	start('/a', {ttl: 5});
	start('/a', {mode: 'persistent-ttl', ttl: 0.5});
	start('/a', {data: 7});
	await onlooker.nothingLeft('/nowhere', client);
	await using node = PersistentNode.start(client, '/input');
	await t.throwsAsync(node.set(7 as unknown as string), {code: 'INVALID_ARGUMENT'});
});
