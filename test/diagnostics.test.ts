import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {
	channelNames,
	connect,
	type ConnectionNotice,
	NoNodeError,
	type RequestTrace,
	type RetryNotice,
	type SessionNotice,
	type WatchDiagnostic,
} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {ConsumerProject} from './helpers/consumer-project.ts';
import {nextEvent} from './helpers/next-event.ts';
import {readmeBlocks} from './helpers/readme-blocks.ts';
import {repository} from './helpers/repository.ts';
import {until} from './helpers/until.ts';

const test = (anyTest as TestFn<{readonly server: TestingServer; readonly proxy: FaultProxy}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	t.context = {server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
});
test.after.always(async t => {
	await t.context.proxy.close();
	await t.context.server.close();
});

/** What is told under a name from now on. */
function listen<Message>(name: string): {readonly told: Message[]; readonly stop: () => void} {
	const told: Message[] = [];
	const listener = (message: unknown): void => void told.push(message as Message);
	subscribe(name, listener);
	return {told, stop: () => unsubscribe(name, listener)};
}

test('each request is traced with its path, size, duration and outcome', async t => {
	await using client = await connect(t.context.server.connectString);
	const started = listen<RequestTrace>('tracing:docent:request:start');
	const ended = listen<RequestTrace>('tracing:docent:request:asyncEnd');
	await client.create('/traced', 'twelve bytes');
	await t.throwsAsync(client.get('/none'), {instanceOf: NoNodeError});
	await client.namespace('traced').transaction().create('/a', 'abc').create('/b', 'de').commit();
	await client.sync('/');
	started.stop();
	ended.stop();
	await client.get('/traced');
	t.deepEqual(
		ended.told.map(({operation, path, size, outcome}) => [operation, path, size, outcome]),
		[
			['create', '/traced', 12, 'ok'],
			['get', '/none', 0, 'NO_NODE'],
			['multi', '/a', 5, 'ok'],
			['sync', '/', 0, 'ok'],
		],
	);
	t.true(ended.told.every(({duration = -1}) => duration > 0 && duration < 60_000));
	t.deepEqual(started.told, ended.told);
});

test('connections, sessions, retries and watches are told', async t => {
	const {proxy} = t.context;
	const connections = listen<ConnectionNotice>(channelNames.connection);
	const sessions = listen<SessionNotice>(channelNames.session);
	const retries = listen<RetryNotice>(channelNames.retry);
	const watches = listen<WatchDiagnostic>(channelNames.watch);
	const auth = [{scheme: 'digest', auth: 'ann:hush-hush'}];
	const client = await connect(proxy.address, {auth, sessionTimeout: 20_000});
	const sessionId = client.session?.id;
	await client.create('/told');
	await client.get('/told', {watch: () => {}});
	proxy.resetOn({reply: 'getData'});
	const back = nextEvent(client, 'reconnected');
	await client.get('/told');
	await back;
	await client.set('/told', 'x');
	await until(() => watches.told.some(({event}) => event === 'fired'));
	const before = client.stats();
	await client.close();
	for (const {stop} of [connections, sessions, retries, watches]) stop();

	const server = proxy.address;
	t.like(connections.told, [
		{event: 'opened', server, sessionId, readOnly: false},
		{event: 'closed', server},
		{event: 'opened', server, sessionId},
		{event: 'closed', server, error: undefined},
	]);
	t.deepEqual(
		sessions.told.map(({event}) => event),
		['connected', 'suspended', 'reconnected', 'closed'],
	);
	t.true(sessions.told.every(notice => notice.sessionId === sessionId));
	t.like(retries.told, [{attempt: 1}]);
	const restored = watches.told.filter(({event}) => event === 'restored');
	t.deepEqual(restored, [
		{event: 'restored', count: 0},
		{event: 'restored', count: 1},
	]);
	t.true(watches.told.some(notice => notice.event === 'fired' && notice.path === '/told' && notice.type === 'changed'));
	t.notRegex(inspect([connections.told, sessions.told, retries.told, watches.told], {depth: 9}), /hush/);
	t.like(before, {connections: {opened: 2, failed: 0}, sessions: 1, watches: {oneShot: 0, persistent: 0}});
});

test('stats: what is under way, what waits, and what became of the rest', async t => {
	const {proxy} = t.context;
	const client = await connect(proxy.address, {sessionTimeout: 20_000});
	await client.exists('/', {watch: () => {}});
	await t.throwsAsync(client.get('/none'));
	const held = proxy.hold({reply: 'sync'});
	const syncing = client.sync('/', {retry: false});
	await held.arrived;
	t.deepEqual(client.stats(), {
		requests: {succeeded: 1, failed: 1, inFlight: 1, waiting: 0},
		connections: {opened: 1, failed: 0},
		sessions: 1,
		watches: {oneShot: 1, persistent: 0},
	});
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await Promise.all([suspended, t.throwsAsync(syncing)]);
	const waiting = client.exists('/');
	t.like(client.stats().requests, {failed: 2, inFlight: 0, waiting: 1});
	await until(() => client.stats().connections.failed > 0);
	await proxy.restore();
	await waiting;
	t.like(client.stats().requests, {succeeded: 2, inFlight: 0, waiting: 0});
	await client.close();
});

test('the page of the docs names every channel, and its example compiles', async t => {
	const page = await readFile(join(repository, 'docs', 'diagnostics.md'), 'utf8');
	for (const name of Object.values(channelNames)) t.true(page.includes(name), name);
	await using project = await ConsumerProject.create();
	await project.linkRepository();
	const [block] = readmeBlocks(page);
	await project.write('example.ts', block?.code ?? '');
	const {end, output} = await project.compile(['example.ts'], {types: ['node']});
	t.is(end, 0, output);
});
