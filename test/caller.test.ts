import anyTest, {type TestFn} from 'ava';
import {type Client, connect, InvalidArgumentError, NoNodeError, SessionExpiredError} from '../lib/index.ts';
import {type FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {killSessionOf} from './helpers/kill-session.ts';
import {nextEvent} from './helpers/next-event.ts';
import {ProxiedClient} from './helpers/proxied-client.ts';
import {connectResponse, reply, ScriptedServer} from './helpers/scripted-server.ts';

const test = anyTest as TestFn<{readonly server: TestingServer}>;
const anySession = {anySession: true} as const;

test.before(async t => {
	t.context = {server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.server.close();
});

/** Disconnected, and the session ended behind its back. */
async function lose(server: TestingServer, client: Client, proxy: FaultProxy): Promise<void> {
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	await killSessionOf(client, server);
}

test('calls made while disconnected run in the next session when asked to, and else in none', async t => {
	const {server} = t.context;
	await using proxied = await ProxiedClient.connect(server, {sessionTimeout: 20_000});
	const {client, proxy} = proxied;
	const before = client.session?.id;
	await lose(server, client, proxy);
	const bound = client.create('/bound', null, {mode: 'ephemeral'});
	const calls = Promise.all([
		client.create('/any', null, {...anySession, mode: 'ephemeral'}),
		client.create('/parents/a/b', null, {...anySession, createParents: true}),
		client.create('/n-', null, {...anySession, mode: 'ephemeral-sequential'}),
		client.create('/once', null, {...anySession, retry: false}),
		client.ensure('/ensured/a', null, anySession),
		client.transaction().create('/t').create('/t/a').commit(anySession),
		client.namespace('shop').create('/a', null, anySession),
	]);
	const expired = t.throwsAsync(bound, {instanceOf: SessionExpiredError});
	await proxy.restore();
	await expired;
	const [{stat}] = await calls;
	t.is(stat.ephemeralOwner, client.session?.id ?? 0n);
	t.not(stat.ephemeralOwner, before);
	t.is(await client.exists('/bound'), undefined);
	for (const path of ['/parents/a/b', '/ensured/a', '/t/a', '/shop/a']) t.truthy(await client.exists(path), path);
});

test('what was under way is repeated in the next session only where it would be in the same', async t => {
	const {server} = t.context;
	await using proxied = await ProxiedClient.connect(server, {sessionTimeout: 20_000});
	const {client, proxy} = proxied;
	await client.create('/flight', '0');
	const held = proxy.hold({request: 'getData', times: 2});
	const writes = proxy.hold({request: 'setData'});
	const reads = Promise.allSettled([client.get('/flight'), client.get('/flight', anySession)]);
	const write = t.throwsAsync(client.set('/flight', '1', anySession), {code: 'CONNECTION_LOSS'});
	await Promise.all([held.arrived, writes.arrived]);
	await lose(server, client, proxy);
	held.release();
	writes.release();
	await write;
	await proxy.restore();
	const [bound, any] = await reads;
	t.true(bound.status === 'rejected' && bound.reason instanceof SessionExpiredError);
	t.is(any.status === 'fulfilled' && any.value.data?.toString(), '0');
});

test('a write that the server refuses because the session is over was not executed, and is repeated', async t => {
	let sessions = 0;
	let deletions = 0;
	await using server = await ScriptedServer.start((frame, socket, index) => {
		const [xid, code] = index === 0 ? [0, 0] : [frame.readInt32BE(0), frame.readInt32BE(4)];
		if (index === 0) socket.write(connectResponse({sessionId: BigInt(++sessions), timeout: 20_000}));
		else if (code === 2) socket.write(reply(xid, () => {}, ++deletions === 1 ? -112 : 0));
		else socket.end(reply(xid));
	});
	await using client = await connect(server.address);
	await client.delete('/a', anySession);
	t.deepEqual([sessions, deletions], [2, 2]);
	t.is(client.session?.id, 2n);
});

test('a read that leaves a watch belongs to one session', async t => {
	await using client = await connect(t.context.server.connectString);
	await t.throwsAsync(client.get('/', {...anySession, watch: () => {}}), {
		instanceOf: InvalidArgumentError,
		message: /options\.anySession/,
	});
	await t.throwsAsync(client.get('/none', anySession), {instanceOf: NoNodeError});
});
