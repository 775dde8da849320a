import {connect, type WatchNotice} from '../../lib/index.ts';
import {Watches} from '../../lib/session/watches.ts';
import {collectEvents} from '../helpers/collect-events.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';
import {versionedTest, versions} from '../helpers/versioned-test.ts';
import {watchCount} from '../helpers/watch-count.ts';

const test = versionedTest();

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

	for (const mode of ['persistent', 'recursive'] as const) {
		test(`${version}: one-shot watches beside a ${mode} one: each is told what it asked for`, async t => {
			const {server, direct} = t.context[version];
			await using client = await connect(server.connectString, {sessionTimeout: 40_000});
			const path = `/beside-${mode}`;
			await direct.create(path);
			const controller = new AbortController();
			const stream = collectEvents(client.watch(path, {mode, signal: controller.signal}));
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
		const before = await watchCount(server);
		const controller = new AbortController();
		const exact = collectEvents(client.watch('/persistent', {signal: controller.signal}));
		const deep = collectEvents(client.watch('/', {mode: 'recursive', signal: controller.signal}));
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
		t.is(await watchCount(server), before);
	});
}

test('a watch stream ends with its client', async t => {
	const client = await connect(t.context['3.9'].server.connectString);
	const stream = collectEvents(client.watch('/'));
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
