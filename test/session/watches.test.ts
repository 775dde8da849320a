import {connect, type WatchNotice} from '../../lib/index.ts';
import {Watches} from '../../lib/session/watches.ts';
import {collectEvents} from '../helpers/collect-events.ts';
import {until} from '../helpers/until.ts';
import {versionedTest, versions} from '../helpers/versioned-test.ts';

const test = versionedTest();

for (const version of versions) {
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
