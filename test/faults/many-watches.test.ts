import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type WatchNotice} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';
import {usedMemory} from '../helpers/used-memory.ts';
import {watchCount} from '../helpers/watch-count.ts';

const test = (anyTest as TestFn<{server: TestingServer; proxy: FaultProxy; direct: Client}>).serial;
const megabyte = 2 ** 20;

test.before(async t => {
	const server = await TestingServer.start();
	const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	t.context = {server, proxy, direct: await connect(server.connectString)};
});
test.after.always(async t => {
	await t.context.direct.close();
	await t.context.proxy.close();
	await t.context.server.close();
});

/** Sockets, timers and the like that keep the process alive, in number. */
const resources = (): number => process.getActiveResourcesInfo().length;

/** Leaves a watch on each path, no more than a thousand requests at once. */
async function watchAll(client: Client, paths: readonly string[], watch: (notice: WatchNotice) => void): Promise<void> {
	for (let start = 0; start < paths.length; start += 1000)
		await Promise.all(paths.slice(start, start + 1000).map(path => client.exists(path, {watch})));
}

/** Connects anew, and resolves with the lengths of the frames that armed the watches again. */
async function rearm(client: Client, proxy: FaultProxy, meanwhile: () => Promise<unknown>): Promise<number[]> {
	const lengths: number[] = [];
	using _ = proxy.observe({
		request: 'setWatches',
		times: Infinity,
		where({bytes}) {
			lengths.push(bytes.length);
			return true;
		},
	});
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	await meanwhile();
	const reconnected = nextEvent(client, 'reconnected');
	await proxy.restore();
	await reconnected;
	return lengths;
}

test('100,000 watches are armed again in bounded frames, and leave nothing when they are gone', async t => {
	t.timeout(180_000);
	const {server, proxy, direct} = t.context;
	await using client = await connect(proxy.address, {sessionTimeout: 40_000});
	await direct.create('/many');
	const paths = Array.from({length: 100_000}, (_, index) => `/watched-${index}`);
	const told = new Set<string>();
	const watch = ({type, path}: WatchNotice): void => void told.add(`${type} ${path}`);
	await using onTrial = client.namespace('on-trial');
	await watchAll(onTrial, paths.slice(0, 10_000), watch);
	await rearm(client, proxy, () => onTrial.close());
	told.clear();
	const [watches, handles, memory] = [await watchCount(server), resources(), usedMemory()];
	const view = client.namespace('many');
	await watchAll(view, paths, watch);
	t.is(client.stats().watches.oneShot, 100_000);
	t.is(await watchCount(server), watches + 100_000);
	const held = usedMemory() - memory;
	t.true(held < 80 * megabyte, `${held} bytes`);

	const lengths = await rearm(client, proxy, () => direct.create('/many/watched-0'));
	const bytes = paths.reduce((sum, path) => sum + `/many${path}`.length + 4, 0);
	t.true(lengths.length >= bytes / (128 * 1024));
	t.true(lengths.length <= bytes / (128 * 1024) + 2);
	t.true(Math.max(...lengths) <= 129 * 1024);
	t.deepEqual([...told], ['created /watched-0']);
	t.is(client.stats().watches.oneShot, 99_999);
	await direct.create('/many/watched-99999');
	await until(() => told.size === 2);
	t.true(told.has('created /watched-99999'));

	told.clear();
	await view.close();
	t.is(told.size, 99_998);
	t.is(client.stats().watches.oneShot, 0);
	told.clear();
	await until(async () => (await watchCount(server)) === watches);
	await client.sync('/');
	await until(() => resources() <= handles);
	const growth = usedMemory() - memory;
	t.true(growth < 4 * megabyte, `${growth} bytes`);
	t.log(`${held} bytes for 100,000 watches, ${growth} left when they are gone`);
});

test('frames keep to a smaller limit, in bytes', async t => {
	const {proxy, direct} = t.context;
	await using client = await connect(proxy.address, {sessionTimeout: 20_000, maxRequestLength: 2000});
	const parent = `/${'ü'.repeat(200)}`;
	await direct.create(parent);
	const paths = Array.from({length: 50}, (_, index) => `${parent}/${index}`);
	const told = new Set<string>();
	await watchAll(client, paths, ({type, path}) => told.add(`${type} ${path}`));
	const lengths = await rearm(client, proxy, () => direct.create(paths[49] ?? ''));
	t.true(Math.max(...lengths) <= 2000 + 4);
	t.is(lengths.length, Math.ceil(50 / 4));
	t.deepEqual([...told], [`created ${paths[49]}`]);
});
