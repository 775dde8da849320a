import path from 'node:path';
import type {WatchNotice} from '../../../lib/index.ts';
import {collectEvents} from '../../helpers/collect-events.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {watchesUnder} from '../../helpers/proxied-client.ts';
import {repository} from '../../helpers/repository.ts';
import {runCommand} from '../../helpers/run-command.ts';
import {until} from '../../helpers/until.ts';
import {watchCount} from '../../helpers/watch-count.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

/** What a client must do with watches. */
export function watching(check: ClientCheck, {name, lacks, nodeArguments}: DriverUnderTest): void {
	check('#33 more watches than one frame holds are armed again', async (t, {proxy, direct, connect}) => {
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		const parent = `/${'p'.repeat(2000)}`;
		await direct.create(parent);
		const paths = Array.from({length: 400}, (_, index) => `${parent}/${index}`);
		const [first = '', last = ''] = [paths[0], paths.at(-1)];
		const told = new Set<string>();
		await Promise.all(paths.map(at => client.exists(at, {watch: notice => told.add(`${notice.type} ${notice.path}`)})));
		using recording = proxy.record();
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		await direct.create(first);
		const reconnected = nextEvent(client, 'reconnected');
		await proxy.restore();
		await reconnected;
		t.true(recording.requests.length >= 7);
		t.deepEqual([...told], [`created ${first}`]);
		await direct.create(last);
		await until(() => told.has(`created ${last}`));
	});

	check(
		"#37 a watch taken back without a connection is not armed again; another's is left alone",
		async (t, {server, proxy, direct, connect}) => {
			await using watcher = await connect(proxy.address, {sessionTimeout: 40_000});
			await direct.create('/taken-back');
			const told: string[] = [];
			const first = (): void => void told.push('first');
			const second = (): void => void told.push('second');
			await watcher.get('/taken-back', {watch: first});
			await watcher.children('/taken-back', {watch: second});
			await watcher.unwatch('/taken-back', () => {});
			t.deepEqual(await watchesUnder(server, '/taken-back'), {'/taken-back': 1});
			const suspended = nextEvent(watcher, 'suspended');
			proxy.refuse();
			await suspended;
			await watcher.unwatch('/taken-back', first);
			const reconnected = nextEvent(watcher, 'reconnected');
			await proxy.restore();
			await reconnected;
			await direct.set('/taken-back', 'x');
			await watcher.sync('/');
			t.deepEqual(told, []);
			await direct.create('/taken-back/child');
			await until(() => told.length > 0);
			t.deepEqual(told, ['second']);
		},
	);

	check('#39 a listener that throws is told of as an uncaught exception, and disturbs nobody', async (t, {server}) => {
		const entry = path.join(repository, 'dist/lib/index.js');
		const program = `
			import {connect} from ${JSON.stringify(entry)};
			const uncaught = [];
			process.on('uncaughtException', error => uncaught.push(error.message));
			const client = await connect('${server.connectString}', {driver: '${name}'});
			const told = [];
			await client.create('/throwing');
			await client.get('/throwing', {watch: () => { throw new Error('watch'); }});
			await client.get('/throwing', {watch: () => void told.push('other')});
			client.on('closed', () => { throw new Error('closed'); });
			await client.set('/throwing', 'x');
			await client.get('/throwing', {watch: () => { throw new Error('again'); }});
			await client.delete('/throwing');
			await client.close();
			console.log(JSON.stringify({told, uncaught}));
		`;
		const {stdout, output, end} = await runCommand(
			process.execPath,
			[...nodeArguments, '--input-type=module', '--eval', program],
			repository,
		);
		t.is(end, 0, output);
		t.deepEqual(JSON.parse(stdout), {told: ['other'], uncaught: ['watch', 'again', 'closed']});
	});

	if (!lacks.includes('removeWatches')) takingBack(check);
	if (!lacks.includes('persistentWatches')) persistent(check);
}

function takingBack(check: ClientCheck): void {
	check("#37 unwatch takes the server's watch back with the last listener", async (t, {server, direct, connect}) => {
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		await direct.create('/unwatch');
		const before = await watchCount(server);
		const told: string[] = [];
		const first = ({type}: WatchNotice): void => void told.push(`first ${type}`);
		const second = ({type}: WatchNotice): void => void told.push(`second ${type}`);
		await client.get('/unwatch', {watch: first});
		await client.get('/unwatch', {watch: second});
		await client.children('/unwatch', {watch: first});
		await client.unwatch('/unwatch', first);
		t.is(await watchCount(server), before + 1);
		await client.unwatch('/unwatch', first);
		await client.set('/unwatch', 'x');
		t.deepEqual(told, ['second changed']);
		await client.unwatch('/unwatch', second);
		t.is(await watchCount(server), before);
	});
}

function persistent(check: ClientCheck): void {
	check('#37 taking one kind of watch back leaves the others of its path', async (t, {server, connect}) => {
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		await client.create('/shared');
		const told: string[] = [];
		const listener = ({type, path: at}: WatchNotice): void => void told.push(`${type} ${at}`);
		await client.get('/shared', {watch: listener});
		await client.children('/shared', {watch: listener});
		const controller = new AbortController();
		const stream = collectEvents(client.watch('/shared', {mode: 'recursive', signal: controller.signal}));
		await until(() => stream.told.length === 1);
		controller.abort();
		await stream.ended;
		await client.sync('/');
		await client.set('/shared', 'x');
		await client.create('/shared/child');
		t.deepEqual(told, ['changed /shared', 'children /shared']);
	});

	check(
		'#35 a persistent watch tells all, survives a reset and a lost session, and ends on abort',
		async (t, scene) => {
			const {server, proxy, direct, connect} = scene;
			await using client = await connect(proxy.address, {sessionTimeout: 40_000});
			await direct.create('/persistent');
			const before = await watchCount(server);
			const controller = new AbortController();
			const exact = collectEvents(client.watch('/persistent', {signal: controller.signal}));
			const deep = collectEvents(client.watch('/persistent', {mode: 'recursive', signal: controller.signal}));
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
				'armed /persistent',
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
			t.deepEqual(deep.told.splice(0), ['missed /persistent', 'changed /persistent']);
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
			t.deepEqual(deep.told.splice(0), ['missed /persistent', 'changed /persistent']);
			controller.abort();
			await Promise.all([exact.ended, deep.ended]);
			await client.sync('/');
			t.is(await watchCount(server), before);
		},
	);
}
