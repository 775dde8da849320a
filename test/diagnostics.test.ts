import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {traceRequest} from '../lib/diagnostics.ts';
import {
	AuthFailedError,
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
import {nextEvent} from './helpers/next-event.ts';
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

test('no message holds a credential, nor what was read', async t => {
	const notes = Object.values(channelNames).map(name => listen<unknown>(name));
	const steps = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(step =>
		listen<unknown>(`tracing:${channelNames.request}:${step}`),
	);
	const auth = [{scheme: 'digest', auth: 'ann:hush-ann'}];
	const client = await connect(t.context.server.connectString, {auth});
	await client.addAuth('digest', 'bob:hush-bob');
	await client.create('/guarded', 'hush-data');
	await client.get('/guarded');
	const {acl} = await client.getAcl('/guarded');
	await client.whoAmI();
	await t.throwsAsync(client.addAuth('nonsense', 'hush-nonsense'), {instanceOf: AuthFailedError});
	await client.close();
	for (const {stop} of [...notes, ...steps]) stop();
	const told = [...notes, ...steps].flatMap(each => each.told);
	t.true(told.length > 20);
	const shown = inspect(told, {depth: 20, showHidden: true});
	t.notRegex(shown, /hush/);
	for (const {id} of acl) t.false(shown.includes(id));
	for (const bytes of ['hush-ann', 'hush-bob', 'hush-data', 'hush-nonsense'])
		t.false(shown.includes(inspect(Buffer.from(bytes)).slice(8, -1)));
});

test('nothing is made for a request while nobody listens', t => {
	const reply = Promise.resolve();
	const call = (): Promise<void> => reply;
	const begin = (): never => t.fail() as never;
	t.is(traceRequest(begin, call), reply);
});

/** The words of each kind of message, held to its type by the compiler. */
type Words<Message> = Record<Message extends Message ? keyof Message : never, true>;
type Events<Message extends {readonly event: string}> = Record<Message['event'], true>;
const request: Words<RequestTrace> = {operation: true, path: true, size: true, duration: true, outcome: true};
const connection: Words<ConnectionNotice> & Events<ConnectionNotice> = {
	event: true,
	server: true,
	sessionId: true,
	readOnly: true,
	error: true,
	opened: true,
	failed: true,
	closed: true,
	servers: true,
};
const session: Words<SessionNotice> & Events<SessionNotice> = {
	event: true,
	sessionId: true,
	connected: true,
	suspended: true,
	reconnected: true,
	untrusted: true,
	lost: true,
	closed: true,
};
const retry: Words<RetryNotice> = {attempt: true, delay: true, error: true};
const watch: Words<WatchDiagnostic> & Events<WatchDiagnostic> = {
	event: true,
	type: true,
	path: true,
	count: true,
	fired: true,
	missed: true,
	lost: true,
	restored: true,
};
const messages: Record<keyof typeof channelNames, object> = {request, connection, session, retry, watch};

test('the page of the docs names every channel, every event and every word of its messages', async t => {
	const page = await readFile(join(repository, 'docs', 'diagnostics.md'), 'utf8');
	for (const [key, name] of Object.entries(channelNames)) {
		const row = page.split('\n').find(line => line.startsWith('|') && line.includes(name)) ?? '';
		const said = (word: string): boolean => (word === 'event' ? page : row).includes(`\`${word}\``);
		t.deepEqual(
			Object.keys(messages[key as keyof typeof messages]).filter(word => !said(word)),
			[],
			name,
		);
	}
	const counts = page.split('\n').find(line => line.startsWith('`client.stats()`')) ?? '';
	await using client = await connect(t.context.server.connectString);
	const {requests, connections, watches} = client.stats();
	for (const word of Object.keys({...client.stats(), ...requests, ...connections, ...watches}))
		t.true(counts.includes(`\`${word}\``), word);
});
