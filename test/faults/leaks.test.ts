import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type WatchNotice} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {usedMemory} from '../helpers/used-memory.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';
import {watchCount} from '../helpers/watch-count.ts';

const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy}>).serial;

test.before(async t => {
	const server = await TestingServer.start();
	t.context = {server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
});
test.after.always(async t => {
	await t.context.proxy.close();
	await t.context.server.close();
});

/** Sockets, timers and the like that keep the process alive, in number. */
function resources(): number {
	return process.getActiveResourcesInfo().length;
}

/** Clients leave nothing once they are closed: asked again until what closes in the background is gone. */
async function leavesNothing(run: () => Promise<void>): Promise<void> {
	const before = resources();
	await run();
	await until(() => resources() <= before);
}

const megabyte = 2 ** 20;

async function usedAfter(run: () => Promise<void>): Promise<number> {
	await run();
	return usedMemory();
}

async function reconnect(client: Client, proxy: FaultProxy, times: number): Promise<void> {
	for (let round = 0; round < times; round++) {
		const reconnected = nextEvent(client, 'reconnected');
		proxy.reset();
		await reconnected;
		await client.sync('/');
	}
}

const events = ['connected', 'suspended', 'reconnected', 'untrusted', 'lost', 'closed'] as const;
const listenersOf = (client: Client): number[] => events.map(name => client.listenerCount(name));

test('100,000 operations leave memory, listeners, timers and handles where they were', async t => {
	t.timeout(240_000);
	const {server} = t.context;
	await using client = await connect(server.connectString, {sessionTimeout: 40_000});
	await client.create('/operations');
	const cycle = async (index: number): Promise<void> => {
		const path = `/operations/${index}`;
		await client.create(path, 'some data');
		await client.get(path);
		await client.set(path, 'some other data');
		await client.exists(path);
		await client.delete(path);
	};
	const run = async (operations: number): Promise<void> => {
		for (let done = 0; done < operations; done += 500 * 5)
			await Promise.all(Array.from({length: 500}, (_, index) => cycle(index)));
	};
	const before = resources();
	const memory = await usedAfter(() => run(10_000));
	const growth = (await usedAfter(() => run(90_000))) - memory;
	t.true(growth < 4 * megabyte, `${growth} bytes`);
	t.is(client.stats().requests.inFlight + client.stats().requests.waiting, 0);
	t.deepEqual(listenersOf(client), [0, 0, 0, 0, 0, 0]);
	await until(() => resources() <= before);
	t.log(`${memory} bytes after 10,000 operations, ${growth} more after 90,000 more`);
});

test('1,000 reconnects leave memory, sockets, timers, listeners and watches where they were', async t => {
	const {proxy, server} = t.context;
	await leavesNothing(async () => {
		await using client = await connect(proxy.address, {sessionTimeout: 20_000});
		t.deepEqual(listenersOf(client), [0, 0, 0, 0, 0, 0]);
		const notices: string[] = [];
		const watch = ({type}: WatchNotice): void => void notices.push(type);
		await client.get('/', {watch});
		const watches = await watchCount(server);
		const before = resources();
		const memory = await usedAfter(() => reconnect(client, proxy, 100));
		const growth = (await usedAfter(() => reconnect(client, proxy, 900))) - memory;
		t.true(growth < 4 * megabyte, `${growth} bytes`);
		t.log(`${memory} bytes after 100 reconnects, ${growth} more after 900 more`);
		t.deepEqual(listenersOf(client), [0, 0, 0, 0, 0, 0]);
		await until(() => proxy.connections === 1 && resources() <= before);
		await until(async () => (await watchCount(server)) === watches);
		t.deepEqual(notices, []);
	});
	t.pass();
});

test('100,000 watches taken and given back leave memory, timers and handles where they were, and none on the server', async t => {
	t.timeout(240_000);
	const {server} = t.context;
	await using client = await connect(server.connectString, {sessionTimeout: 20_000});
	await client.create('/leak');
	const watches = await watchCount(server);
	const before = resources();
	const listener = ({type}: WatchNotice): void => t.fail(type);
	const cycle = async (index: number): Promise<void> => {
		const path = `/leak/${index}`;
		await client.exists(path, {watch: listener});
		await client.unwatch(path, listener);
	};
	const run = async (times: number): Promise<void> => {
		for (let done = 0; done < times; done += 500)
			await Promise.all(Array.from({length: 500}, (_, index) => cycle(done + index)));
	};
	const memory = await usedAfter(() => run(10_000));
	const growth = (await usedAfter(() => run(90_000))) - memory;
	t.true(growth < 4 * megabyte, `${growth} bytes`);
	t.log(`${memory} bytes after 10,000 watches, ${growth} more after 90,000 more`);
	t.is(await watchCount(server), watches);
	t.is(client.stats().watches.oneShot, 0);
	await until(() => resources() <= before);
});

test('signals of calls and streams keep no listener', async t => {
	const {server} = t.context;
	await using client = await connect(server.connectString, {sessionTimeout: 20_000});
	const controller = new AbortController();
	let listeners = 0;
	const add = controller.signal.addEventListener.bind(controller.signal);
	const remove = controller.signal.removeEventListener.bind(controller.signal);
	controller.signal.addEventListener = (...args: Parameters<typeof add>): void => {
		listeners++;
		add(...args);
	};
	controller.signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
		listeners--;
		remove(...args);
	};
	const {signal} = controller;
	for (let round = 0; round < 100; round++) {
		await client.get('/', {signal});
		await t.throwsAsync(client.get('/nothing', {signal}));
		for await (const {type} of client.watch('/', {signal})) if (type === 'armed') break;
	}
	t.is(listeners, 0);
});

test('100 clients opened and closed, also while they connect, leave nothing', async t => {
	const {server, proxy} = t.context;
	await leavesNothing(async () => {
		for (let round = 0; round < 10; round++) {
			const clients = await Promise.all(Array.from({length: 10}, () => connect(server.connectString)));
			await Promise.all(clients.map(client => client.close()));
			const controller = new AbortController();
			const connecting = connect(proxy.address, {signal: controller.signal});
			setImmediate(() => controller.abort());
			await connecting.then(
				client => client.close(),
				() => undefined,
			);
		}
	});
	await until(async () => /^Connections: 1$/m.test(await server.fourLetterWord('srvr')));
	t.pass();
});
