import {connect, type WatchNotice} from '../lib/index.ts';
import {collectEvents} from './helpers/collect-events.ts';
import {nextEvent} from './helpers/next-event.ts';
import {watchesUnder} from './helpers/proxied-client.ts';
import {until} from './helpers/until.ts';
import {versionedTest, versions} from './helpers/versioned-test.ts';
import {watchCount} from './helpers/watch-count.ts';

const test = versionedTest();

for (const version of versions) {
	test(`${version}: watches are taken back by kind: one listener's, or those of all`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/by-kind');
		const before = await watchCount(server);
		using fired = proxy.observe({reply: 'notification', times: Infinity});
		const told: string[] = [];
		const first = ({type}: WatchNotice): void => void told.push(`first ${type}`);
		const second = ({type}: WatchNotice): void => void told.push(`second ${type}`);
		const watchAll = async (): Promise<void> => {
			for (const watch of [first, second])
				await Promise.all([client.get('/by-kind', {watch}), client.children('/by-kind', {watch})]);
		};
		const change = async (): Promise<readonly string[]> => {
			await direct.set('/by-kind', 'x');
			await direct.create('/by-kind/n-', null, {mode: 'persistent-sequential'});
			await client.sync('/');
			return told.splice(0);
		};
		await watchAll();
		await client.unwatch('/by-kind', first, {kind: 'data'});
		t.deepEqual(await change(), ['second changed', 'first children', 'second children']);
		t.is(fired.hits, 2);

		await watchAll();
		await client.unwatchAll('/by-kind', {kind: 'data'});
		t.is(await watchCount(server), before);
		t.deepEqual(await change(), ['first children', 'second children']);
		t.is(fired.hits, 3);

		await watchAll();
		await client.unwatchAll('/by-kind', {kind: 'children'});
		t.deepEqual(await change(), ['first changed', 'second changed']);
		t.is(fired.hits, 4);
	});

	test(`${version}: unwatchAll leaves none of the path, also of reads not answered yet; namespaces and streams keep theirs`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await using view = client.namespace('');
		await direct.create('/all');
		const before = await watchCount(server);
		using fired = proxy.observe({reply: 'notification', times: Infinity});
		const told: string[] = [];
		const listeners = Array.from(
			{length: 3},
			(_, index) =>
				({type}: WatchNotice): void =>
					void told.push(`${index} ${type}`),
		);
		for (const watch of listeners) {
			await client.get('/all', {watch});
			await client.exists('/all', {watch});
			await client.exists('/all/none', {watch});
			await client.children('/all', {watch});
		}
		t.is(await watchCount(server), before + 2);
		const late = client.get('/all', {watch: ({type}) => void told.push(`late ${type}`)});
		await client.unwatchAll('/all/none');
		await client.unwatchAll('/all');
		await late;
		await client.sync('/');
		t.deepEqual(await watchesUnder(server, '/all'), {});
		t.is(client.stats().watches.oneShot, 0);
		await direct.set('/all', 'x');
		await direct.create('/all/none');
		await client.sync('/');
		t.is(fired.hits, 0);

		const controller = new AbortController();
		const stream = collectEvents(client.watch('/all', {signal: controller.signal}));
		await until(() => stream.told.length === 1);
		await client.get('/all', {watch: ({type}) => void told.push(`own ${type}`)});
		await view.get('/all', {watch: ({type}) => void told.push(`view ${type}`)});
		await client.unwatchAll('/all');
		await direct.set('/all', 'y');
		await until(() => stream.told.length === 2);
		t.deepEqual(told, ['view changed']);
		await view.get('/all', {watch: ({type}) => void told.push(`again ${type}`)});
		await view.unwatchAll('/all');
		controller.abort();
		await stream.ended;
		await client.sync('/');
		t.deepEqual(await watchesUnder(server, '/all'), {});
		t.is(await watchCount(server), before);
		await client.unwatchAll('/all');
	});

	test(`${version}: taking a watch back spares the one that another read is about to leave`, async t => {
		const {server, direct} = t.context[version];
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		const before = await watchCount(server);
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
		t.is(await watchCount(server), before);
	});

	test(`${version}: what is taken back while a new connection is set up does not stay on the server`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		const view = client.namespace('set-up');
		await direct.create('/set-up');
		const before = await watchCount(server);
		const listener = ({type}: WatchNotice): void => void t.is(type, 'lost');
		const controller = new AbortController();
		const stream = collectEvents(client.watch('/set-up/stream', {signal: controller.signal}));
		await until(() => stream.told.length === 1);
		await client.exists('/set-up/one-shot', {watch: listener});
		await view.exists('/view', {watch: listener});
		t.is(await watchCount(server), before + 3);
		const held = proxy.hold({reply: 'setWatches2'});
		const reconnected = nextEvent(client, 'reconnected');
		proxy.reset();
		await held.arrived;
		t.is(client.state.status, 'suspended');
		t.is(await watchCount(server), before + 3);
		const leaving = client.unwatch('/set-up/one-shot', listener);
		controller.abort();
		await view.close();
		await stream.ended;
		held.release();
		await reconnected;
		await leaving;
		await until(async () => (await watchCount(server)) === before);
		t.deepEqual(client.stats().watches, {oneShot: 0, persistent: 0});
	});

	test(`${version}: a listener given up before its read is answered is not told, and its watch goes; another's stays`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/given-up');
		const before = await watchCount(server);
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
			t.is(await watchCount(server), before + (listeners.includes(other) ? 1 : 0));
			await direct.set('/given-up', 'x');
			await client.sync('/');
		}
		t.deepEqual(told, ['other changed']);
	});

	test(`${version}: a listener given up leaves no watch when its read is made again, or sent only later`, async t => {
		const {server, proxy, direct} = t.context[version];
		await using client = await connect(proxy.address, {sessionTimeout: 40_000});
		await direct.create('/again');
		const before = await watchCount(server);
		const listener = ({type}: WatchNotice): void => t.fail(type);
		const held = proxy.hold({reply: 'getData'});
		const repeated = client.get('/again', {watch: listener});
		await held.arrived;
		const leaving = client.unwatch('/again', listener);
		held.reset();
		await Promise.all([leaving, repeated]);
		await until(async () => (await watchCount(server)) === before);

		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		const late = client.exists('/again/child', {watch: listener});
		await client.unwatch('/again/child', listener);
		await proxy.restore();
		t.is(await late, undefined);
		await until(async () => (await watchCount(server)) === before);
		await direct.create('/again/child');
		await client.sync('/');
		t.is(client.stats().watches.oneShot, 0);
	});
}
