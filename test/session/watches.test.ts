import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type PersistentWatchEvent, type WatchNotice} from '../../lib/index.ts';
import {Watches} from '../../lib/session/watches.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';

type Rig = {server: TestingServer; proxy: FaultProxy; direct: Client};
const test = (anyTest as TestFn<Record<ZooKeeperVersion, Rig>>).serial;
const versions = ['3.9', '3.8'] as const;

test.before(async t => {
	for (const version of versions) {
		const server = await TestingServer.start({version});
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		t.context[version] = {server, proxy, direct: await connect(server.connectString, {sessionTimeout: 20_000})};
	}
});
test.after.always(async t => {
	for (const version of versions) {
		await t.context[version].direct.close();
		await t.context[version].proxy.close();
		await t.context[version].server.close();
	}
});

/** What the server says of its watches: connections, paths, watches. */
async function serverWatches(server: TestingServer): Promise<number> {
	return Number(/Total watches:(\d+)/.exec(await server.fourLetterWord('wchs'))?.[1]);
}

/** Collects a stream in the background until the signal ends it. */
function collect(events: AsyncIterable<PersistentWatchEvent>): {told: string[]; ended: Promise<void>} {
	const told: string[] = [];
	const ended = (async (): Promise<void> => {
		for await (const {type, path} of events) told.push(`${type} ${path}`);
	})();
	return {told, ended};
}

for (const version of versions) {
	test(`${version}: 4,000 watches on long paths are armed again in several frames`, async t => {
		const {proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		const parent = `/${'p'.repeat(200)}`;
		await direct.create(parent);
		const paths = Array.from({length: 4000}, (_, index) => `${parent}/${index}`);
		const told = new Set<string>();
		await Promise.all(
			paths.map(path => client.exists(path, {watch: notice => told.add(`${notice.type} ${notice.path}`)})),
		);
		using recording = proxy.record();
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		await direct.create(paths[0] ?? '');
		const reconnected = nextEvent(client, 'reconnected');
		await proxy.restore();
		await reconnected;
		t.true(recording.requests.length >= 7);
		t.deepEqual([...told], [`created ${paths[0]}`]);
		await direct.create(paths[3999] ?? '');
		await until(() => told.has(`created ${paths[3999]}`));
	});

	test(`${version}: unwatch takes the server's watch back with the last listener`, async t => {
		const {server, direct} = t.context[version];
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		await direct.create('/unwatch');
		const before = await serverWatches(server);
		const told: string[] = [];
		const first = ({type}: WatchNotice): void => void told.push(`first ${type}`);
		const second = ({type}: WatchNotice): void => void told.push(`second ${type}`);
		await client.get('/unwatch', {watch: first});
		await client.get('/unwatch', {watch: second});
		await client.children('/unwatch', {watch: first});
		await client.unwatch('/unwatch', first);
		t.is(await serverWatches(server), before + 1);
		await client.unwatch('/unwatch', first);
		await client.set('/unwatch', 'x');
		t.deepEqual(told, ['second changed']);
		await client.unwatch('/unwatch', second);
		t.is(await serverWatches(server), before);
	});

	test(`${version}: taking one kind of watch back leaves the others of its path`, async t => {
		const {server} = t.context[version];
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		await client.create('/shared');
		const told: string[] = [];
		const listener = ({type, path}: WatchNotice): void => void told.push(`${type} ${path}`);
		await client.get('/shared', {watch: listener});
		await client.children('/shared', {watch: listener});
		const controller = new AbortController();
		const stream = collect(client.watch('/shared', {mode: 'recursive', signal: controller.signal}));
		await until(() => stream.told.length === 1);
		controller.abort();
		await stream.ended;
		await client.sync('/');
		await client.set('/shared', 'x');
		await client.create('/shared/child');
		t.deepEqual(told, ['changed /shared', 'children /shared']);
	});

	test(`${version}: taking a watch back spares the one that another read is about to leave`, async t => {
		const {server, direct} = t.context[version];
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		const before = await serverWatches(server);
		await direct.create('/about');
		const told: string[] = [];
		const first = ({type}: WatchNotice): void => void told.push(`first ${type}`);
		const second = ({type}: WatchNotice): void => void told.push(`second ${type}`);
		await client.get('/about', {watch: first});
		const controller = new AbortController();
		const reads = [
			client.get('/about', {watch: second}),
			client.get('/about', {watch: first, signal: controller.signal}),
		];
		controller.abort();
		await client.unwatch('/about', first);
		await Promise.allSettled(reads);
		await direct.set('/about', 'x');
		await until(() => told.length > 0);
		t.deepEqual(told, ['second changed']);
		const aborted = client.get('/about', {watch: second, signal: AbortSignal.timeout(0)});
		const other = new AbortController();
		const alone = client.children('/about', {watch: second, signal: other.signal});
		other.abort();
		await Promise.allSettled([aborted, alone]);
		await client.unwatch('/about', second);
		await client.sync('/');
		t.is(await serverWatches(server), before);
	});

	test(`${version}: what is taken back while a new connection is set up does not stay on the server`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		const view = client.namespace('set-up');
		await direct.create('/set-up');
		const before = await serverWatches(server);
		const listener = ({type}: WatchNotice): void => void t.is(type, 'lost');
		const controller = new AbortController();
		const stream = collect(client.watch('/set-up/stream', {signal: controller.signal}));
		await until(() => stream.told.length === 1);
		await client.exists('/set-up/one-shot', {watch: listener});
		await view.exists('/view', {watch: listener});
		t.is(await serverWatches(server), before + 3);
		const held = proxy.hold({reply: 'setWatches2'});
		const reconnected = nextEvent(client, 'reconnected');
		proxy.reset();
		await held.arrived;
		t.is(client.state.status, 'suspended');
		t.is(await serverWatches(server), before + 3);
		const leaving = client.unwatch('/set-up/one-shot', listener);
		controller.abort();
		await view.close();
		await stream.ended;
		held.release();
		await reconnected;
		await leaving;
		await until(async () => (await serverWatches(server)) === before);
		t.deepEqual(client.stats().watches, {oneShot: 0, persistent: 0});
	});

	test(`${version}: a listener given up before its read is answered is not told, and its watch goes; another's stays`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/given-up');
		const before = await serverWatches(server);
		const told: string[] = [];
		const listener = ({type}: WatchNotice): void => void told.push(type);
		const other = ({type}: WatchNotice): void => void told.push(`other ${type}`);
		for (const listeners of [[listener], [listener, listener], [listener, other]]) {
			const held = proxy.hold({reply: 'getData'});
			const reads = listeners.map(watch => client.get('/given-up', {watch}));
			await held.arrived;
			const leaving = client.unwatch('/given-up', listener);
			held.release();
			await Promise.all([leaving, ...reads]);
			await client.sync('/');
			t.is(await serverWatches(server), before + (listeners.includes(other) ? 1 : 0));
			await direct.set('/given-up', 'x');
			await client.sync('/');
		}
		t.deepEqual(told, ['other changed']);
	});

	test(`${version}: a listener given up leaves no watch when its read is made again, or sent only later`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/again');
		const before = await serverWatches(server);
		const listener = ({type}: WatchNotice): void => t.fail(type);
		const held = proxy.hold({reply: 'getChildren2'});
		const repeated = client.children('/again', {watch: listener});
		await held.arrived;
		const leaving = client.unwatch('/again', listener);
		held.reset();
		await Promise.all([leaving, repeated]);
		await until(async () => (await serverWatches(server)) === before);

		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		const late = client.exists('/again/child', {watch: listener});
		await client.unwatch('/again/child', listener);
		await proxy.restore();
		t.is(await late, undefined);
		await until(async () => (await serverWatches(server)) === before);
		await direct.create('/again/child');
		await client.sync('/');
		t.is(client.stats().watches.oneShot, 0);
	});

	for (const mode of ['persistent', 'recursive'] as const) {
		test(`${version}: one-shot watches beside a ${mode} one: each is told what it asked for`, async t => {
			const {server, direct} = t.context[version];
			await using client = await connect(server.connectString, {sessionTimeout: 40_000});
			const path = `/beside-${mode}`;
			await direct.create(path);
			const controller = new AbortController();
			const stream = collect(client.watch(path, {mode, signal: controller.signal}));
			await until(() => stream.told.length === 1);
			const told: string[] = [];
			const listener = ({type}: WatchNotice): void => void told.push(type);
			const again = ({type}: WatchNotice): void => void told.push(`again ${type}`);
			await client.get(path, {watch: listener});
			await client.children(path, {watch: listener});
			await client.exists(`${path}/b`, {watch: listener});
			for (const data of ['1', '2']) await direct.set(path, data);
			for (const child of ['a', 'b', 'c']) await direct.create(`${path}/${child}`);
			await until(() => stream.told.length === 6);
			t.deepEqual(told.splice(0), ['changed', 'children', 'created']);
			await client.get(path, {watch: again});
			await client.children(path, {watch: again});
			controller.abort();
			await stream.ended;
			await client.sync('/');
			await direct.delete(`${path}/a`);
			await direct.set(path, '3');
			await until(() => told.length === 2);
			t.deepEqual(told, ['again children', 'again changed']);
		});
	}

	test(`${version}: a persistent watch tells all, survives a reset and a lost session, and ends on abort`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/persistent');
		const before = await serverWatches(server);
		const controller = new AbortController();
		const exact = collect(client.watch('/persistent', {signal: controller.signal}));
		const deep = collect(client.watch('/', {mode: 'recursive', signal: controller.signal}));
		await until(() => exact.told.length === 1 && deep.told.length === 1);
		for (const round of [1, 2]) await direct.create(`/persistent/${round}`);
		await direct.set('/persistent', 'x');
		await until(() => exact.told.length === 4 && deep.told.length === 4);
		t.deepEqual(exact.told.splice(0), [
			'armed /persistent',
			'children /persistent',
			'children /persistent',
			'changed /persistent',
		]);
		t.deepEqual(deep.told.splice(0), [
			'armed /',
			'created /persistent/1',
			'created /persistent/2',
			'changed /persistent',
		]);
		const reconnected = nextEvent(client, 'reconnected');
		proxy.reset();
		await reconnected;
		await direct.set('/persistent', 'y');
		await until(() => exact.told.length === 2 && deep.told.length === 2);
		t.deepEqual(exact.told.splice(0), ['missed /persistent', 'changed /persistent']);
		t.deepEqual(deep.told.splice(0), ['missed /', 'changed /persistent']);
		const suspended = nextEvent(client, 'suspended');
		const connected = nextEvent(client, 'connected');
		// A client that won its session back from the one that ends it would miss events twice.
		proxy.refuse();
		await suspended;
		await killSessionOf(client, server);
		await proxy.restore();
		await connected;
		await direct.set('/persistent', 'z');
		await until(() => exact.told.length === 2 && deep.told.length === 2);
		t.deepEqual(exact.told.splice(0), ['missed /persistent', 'changed /persistent']);
		t.deepEqual(deep.told.splice(0), ['missed /', 'changed /persistent']);
		controller.abort();
		await Promise.all([exact.ended, deep.ended]);
		await client.sync('/');
		t.is(await serverWatches(server), before);
	});
}

test('a watch stream ends with its client', async t => {
	const client = await connect(t.context['3.9'].server.connectString);
	const stream = collect(client.watch('/'));
	await until(() => stream.told.length === 1);
	await client.close();
	await stream.ended;
	t.deepEqual(stream.told, ['armed /']);
});

test('a listener waits once for each path, however often it is added', t => {
	const watches = new Watches();
	const told: string[] = [];
	const listener = ({type, path}: WatchNotice): void => void told.push(`${type} ${path}`);
	watches.add('data', '/a', listener, '/a');
	watches.add('data', '/a', listener, '/a');
	watches.add('child', '/a', listener, '/a');
	watches.add('data', '/b', listener, '/b');
	watches.deliver({type: 'deleted', path: '/a'});
	t.deepEqual(told.splice(0), ['deleted /a']);
	watches.add('exist', '/c', listener, '/c');
	watches.add('child', '/c', listener, '/c');
	watches.lost();
	t.deepEqual(told.sort(), ['lost /b', 'lost /c']);
	t.deepEqual([...watches.frames(2 ** 20)], []);
});
