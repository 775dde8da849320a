import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type PersistentWatchEvent} from '../../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';

type Rig = {
	readonly server: TestingServer;
	readonly proxy: FaultProxy;
	readonly client: Client;
	readonly direct: Client;
};
const test = (anyTest as TestFn<Record<ZooKeeperVersion, Rig>>).serial;
/** A server of 3.8 keeps only the last of a persistent and a recursive watch of one path, one of 3.9 both. */
const versions = ['3.9', '3.8'] as const;

test.before(async t => {
	for (const version of versions) {
		const server = await TestingServer.start({version});
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		const [client, direct] = [await connect(proxy.address), await connect(server.connectString)];
		t.context[version] = {server, proxy, client, direct};
	}
});
test.after.always(async t => {
	for (const version of versions) {
		const {client, direct, proxy, server} = t.context[version];
		await client.close();
		await direct.close();
		await proxy.close();
		await server.close();
	}
});

type Stream = {readonly told: string[]; readonly end: () => Promise<void>};

/** Collects what is told until its end, from when it is armed. */
async function collect(client: Client, path: string, mode: 'persistent' | 'recursive'): Promise<Stream> {
	const told: string[] = [];
	const controller = new AbortController();
	const ended = (async (): Promise<void> => {
		for await (const event of client.watch(path, {mode, signal: controller.signal})) told.push(nameOf(event));
	})();
	await until(() => told.length > 0);
	told.shift();
	return {
		told,
		async end() {
			controller.abort();
			await ended;
		},
	};
}
const nameOf = ({type, path}: PersistentWatchEvent): string => `${type} ${path}`;

/** One change of each kind, and everything told of them. */
async function change({direct, client}: Rig, path: string): Promise<void> {
	await direct.create(`${path}/a`);
	await direct.set(`${path}/a`, 'x');
	await direct.create(`${path}/a/deep`);
	await direct.set(path, 'x');
	await direct.delete(`${path}/a/deep`);
	await direct.transaction().create(`${path}/b`).delete(`${path}/a`).delete(`${path}/b`).commit();
	// Behind everything that the server has sent.
	await client.sync(path);
	await client.sync(path);
}
const exactEvents = (path: string): string[] => [
	`children ${path}`,
	`changed ${path}`,
	...Array.from({length: 3}, () => `children ${path}`),
];
const deepEvents = (path: string): string[] => [
	`created ${path}/a`,
	`changed ${path}/a`,
	`created ${path}/a/deep`,
	`changed ${path}`,
	`deleted ${path}/a/deep`,
	`created ${path}/b`,
	`deleted ${path}/a`,
	`deleted ${path}/b`,
];

for (const version of versions) {
	for (const order of [
		['persistent', 'recursive'],
		['recursive', 'persistent'],
	] as const) {
		test(`${version}: ${order.join(', then ')} on one path: each is told its own, before and after a reconnect`, async t => {
			const rig = t.context[version];
			const {client, direct, proxy} = rig;
			const path = `/${order.join('-')}`;
			await direct.create(path);
			const streams = {
				[order[0]]: await collect(client, path, order[0]),
				[order[1]]: await collect(client, path, order[1]),
			} as Record<'persistent' | 'recursive', Stream>;
			const {persistent, recursive} = streams;
			await change(rig, path);
			t.deepEqual(persistent.told.splice(0), exactEvents(path));
			t.deepEqual(recursive.told.splice(0), deepEvents(path));
			const reconnected = nextEvent(client, 'reconnected');
			proxy.reset();
			await reconnected;
			await change(rig, path);
			t.deepEqual(persistent.told.splice(0), [`missed ${path}`, ...exactEvents(path)]);
			t.deepEqual(recursive.told.splice(0), [`missed ${path}`, ...deepEvents(path)]);
			await recursive.end();
			await client.sync(path);
			await change(rig, path);
			t.deepEqual(persistent.told.splice(0), exactEvents(path));
			const again = await collect(client, path, 'recursive');
			await persistent.end();
			await change(rig, path);
			t.deepEqual(again.told.splice(0), deepEvents(path));
			await again.end();
			t.deepEqual([...persistent.told, ...recursive.told], []);
		});
	}

	test(`${version}: one-shot watches beside both of them`, async t => {
		const rig = t.context[version];
		const {client, direct} = rig;
		await direct.create('/beside');
		const told: string[] = [];
		const watch = ({type, path}: {readonly type: string; readonly path: string}): void =>
			void told.push(`${type} ${path}`);
		await client.children('/beside', {watch});
		const persistent = await collect(client, '/beside', 'persistent');
		const recursive = await collect(client, '/beside', 'recursive');
		await client.get('/beside', {watch});
		await change(rig, '/beside');
		t.deepEqual(told.splice(0), ['children /beside', 'changed /beside']);
		t.deepEqual(persistent.told.splice(0), exactEvents('/beside'));
		t.deepEqual(recursive.told.splice(0), deepEvents('/beside'));
		await client.children('/beside', {watch});
		await persistent.end();
		await change(rig, '/beside');
		t.deepEqual(told.splice(0), ['children /beside']);
		await client.children('/beside', {watch});
		await recursive.end();
		await client.sync('/beside');
		await change(rig, '/beside');
		t.deepEqual(told.splice(0), ['children /beside']);
	});

	test(`${version}: nothing is missed while one of them comes and goes`, async t => {
		const {client, direct} = t.context[version];
		await direct.create('/busy');
		const persistent = await collect(client, '/busy', 'persistent');
		const writing = (async (): Promise<void> => {
			for (let index = 0; index < 300; index++) await direct.create(`/busy/${index}`);
		})();
		for (let round = 0; round < 20; round++) await (await collect(client, '/busy', 'recursive')).end();
		await writing;
		await client.sync('/busy');
		await client.sync('/busy');
		t.deepEqual(
			persistent.told,
			Array.from({length: 300}, () => 'children /busy'),
		);
		await persistent.end();
	});

	test(`${version}: the children of the root`, async t => {
		const {client, direct} = t.context[version];
		const persistent = await collect(client, '/', 'persistent');
		const recursive = await collect(client, '/', 'recursive');
		await direct.create('/at-the-top');
		await client.sync('/');
		await client.sync('/');
		t.deepEqual(persistent.told, ['children /']);
		t.deepEqual(recursive.told, ['created /at-the-top']);
		await persistent.end();
		await recursive.end();
	});
}
