import anyTest, {type TestFn} from 'ava';
import {type Client, connect} from '../../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../../lib/testing/index.ts';
import {Mutex, Semaphore} from '../../../recipes/index.ts';
import {DocumentProject} from '../../helpers/document-project.ts';
import {ExampleServer} from '../../helpers/example-server.ts';
import {until} from '../../helpers/until.ts';
import {Upstream} from '../../helpers/upstream.ts';

type Shared = {readonly server: TestingServer; readonly project: DocumentProject; readonly client: Client};

const test = (anyTest as TestFn<Shared>).serial;
/** Of those who are to wait until something else happens. */
const patient = '600000';

test.before(async t => {
	const project = await DocumentProject.of('docs/common-shapes.md');
	// Containers are looked for every minute otherwise.
	const server = await TestingServer.start({javaArguments: ['-Dznode.container.checkIntervalMs=200']});
	t.context = {project, server, client: await connect(server.connectString)};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.project[Symbol.asyncDispose]();
	await t.context.server.close();
});

/** Two instances of a server of the document: the first waits for ever, the second only a moment. */
async function twoServers(
	{project, server}: Shared,
	file: string,
	upstream: Readonly<Record<string, string>>,
	zookeeper = server.connectString,
): Promise<readonly [ExampleServer, ExampleServer]> {
	const start = (PATIENCE: string, ZOOKEEPER: string): Promise<ExampleServer> =>
		ExampleServer.start(project.folder, file, {...upstream, PATIENCE, ZOOKEEPER});
	const first = await start(patient, zookeeper);
	try {
		return [first, await start('500', server.connectString)];
	} catch (error) {
		await first[Symbol.asyncDispose]();
		throw error;
	}
}

const put = (server: ExampleServer, id: string, signal?: AbortSignal): Promise<Response> =>
	fetch(`${server.url}/orders/${id}`, {
		method: 'PUT',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify({state: 'paid'}),
		...(signal && {signal}),
	});
/** As a client should that was told to come again. */
async function untilServed(ask: () => Promise<Response>): Promise<Response> {
	const response = await ask();
	return response.status === 503 ? untilServed(ask) : response;
}

const isClosing = (server: ExampleServer): Promise<boolean> =>
	fetch(`${server.url}/health`).then(
		({status}) => status === 503,
		() => true,
	);

const assertLater = (t: {is(actual: unknown, expected: unknown): unknown}, response: Response): void => {
	t.is(response.status, 503);
	t.is(response.headers.get('retry-after'), '1');
};

test('Express: one writer for each order, in two instances', async t => {
	const {client} = t.context;
	await using store = await Upstream.start();
	const [patientOne, hastyOne] = await twoServers(t.context, 'orders-server.js', {STORE: store.url});
	await using a = patientOne;
	await using b = hastyOne;
	const queue = new Mutex(client, '/orders/42');

	const many = await Promise.all(
		Array.from({length: 12}, (_, index) => untilServed(() => put(index % 4 < 2 ? a : b, `many-${index % 2}`))),
	);
	t.true(many.every(({status}) => status === 204));
	t.is(store.peak.path, 1);
	for (const path of ['/orders/many-0', '/orders/many-1']) {
		const tokens = store.arrivals.filter(arrival => arrival.path === path).map(({token}) => token);
		t.deepEqual(
			tokens,
			[...tokens].sort((x, y) => Number(x - y)),
		);
		t.is(new Set(tokens).size, 6);
	}

	store.hold();
	const held = put(a, '42');
	await store.arrived(1);
	// The other instance has no patience; with another order it has no need of it.
	assertLater(t, await put(b, '42'));
	const other = untilServed(() => put(b, '43'));
	await store.arrived(2);
	// Who hangs up leaves the queue.
	const hangUp = new AbortController();
	const waiting = put(a, '42', hangUp.signal);
	await until(async () => (await queue.participants()).length === 2);
	hangUp.abort();
	await t.throwsAsync(waiting, {any: true});
	await until(async () => (await queue.participants()).length === 1);
	store.release();
	t.is((await held).status, 204);
	t.is((await other).status, 204);

	// What is refused for good is not to be tried again.
	t.is((await put(a, '..%2Fleaders')).status, 400);

	// A lease that is lost in the middle of a request ends its work.
	store.hold();
	const losing = put(a, '42');
	await store.arrived(1);
	const [holder] = await queue.participants();
	await client.delete(holder?.path ?? '');
	assertLater(t, await losing);
	await until(() => store.abandoned === 1);
	store.release();

	// Asked to end, it serves what is under way first, and leaves nothing.
	store.hold();
	const last = put(a, '42');
	await store.arrived(1);
	const ended = a.terminate();
	await until(() => isClosing(a));
	t.is((await queue.participants()).length, 1);
	store.release();
	t.is((await last).status, 204);
	t.is(await ended, 0);
	t.is(await b.terminate(), 0);
	t.is(a.complaints + b.complaints, '');
	t.is(store.refused, 0);
	// Not even the locks' own znodes.
	await until(async () => (await client.exists('/orders')) === undefined);
});

test('Fastify: at most two calls at a time, in two instances', async t => {
	const {client} = t.context;
	await using geocoder = await Upstream.start();
	const [patientOne, hastyOne] = await twoServers(t.context, 'geocoder-server.js', {GEOCODER: geocoder.url});
	await using a = patientOne;
	await using b = hastyOne;
	const calls = new Semaphore(client, '/limits/geocoder', {leases: 2});
	const ask = (server: ExampleServer, address: string, signal?: AbortSignal): Promise<Response> =>
		fetch(`${server.url}/geocode?address=${address}`, signal ? {signal} : {});

	geocoder.hold();
	const many = Array.from({length: 12}, (_, index) => untilServed(() => ask(index % 2 ? a : b, `street-${index}`)));
	await geocoder.arrived(2);
	geocoder.release();
	t.true((await Promise.all(many)).every(({status}) => status === 200));
	t.is(geocoder.peak.all, 2);

	geocoder.hold();
	const hangUp = new AbortController();
	const held = ask(a, 'held');
	await geocoder.arrived(1);
	const leaving = ask(a, 'leaving', hangUp.signal);
	await geocoder.arrived(2);
	assertLater(t, await ask(b, 'third'));
	// Who hangs up gives up the call, and its lease goes to the next.
	const next = ask(a, 'next');
	hangUp.abort();
	await t.throwsAsync(leaving, {any: true});
	await until(() => [...geocoder.underWay].some(({path}) => path.includes('next')));
	await until(() => geocoder.abandoned === 1);
	geocoder.release();
	t.deepEqual([(await held).status, (await next).status], [200, 200]);

	geocoder.hold();
	const losing = ask(a, 'losing');
	await geocoder.arrived(1);
	await until(async () => (await calls.participants()).length === 1);
	const [lease] = await calls.participants();
	await client.delete(lease?.path ?? '');
	assertLater(t, await losing);
	await until(() => geocoder.abandoned === 2);

	const last = ask(a, 'last');
	await geocoder.arrived(1);
	const ended = a.terminate();
	await until(() => isClosing(a));
	geocoder.release();
	t.is((await last).status, 200);
	t.is(await ended, 0);
	t.is(await b.terminate(), 0);
	t.is(a.complaints + b.complaints, '');
	t.deepEqual(await calls.participants(), []);
});

test('health is told by the state of the client, and comes back with ZooKeeper', async t => {
	await using upstream = await Upstream.start();
	await using proxy = await FaultProxy.start({target: t.context.server.connectString, protocol: 'zookeeper'});
	const health = async (server: ExampleServer): Promise<string> => {
		const response = await fetch(`${server.url}/health`);
		return `${response.status} ${await response.text()}`;
	};
	for (const file of ['orders-server.js', 'geocoder-server.js']) {
		const urls = {STORE: upstream.url, GEOCODER: upstream.url};
		const [first, second] = await twoServers(t.context, file, urls, proxy.address);
		await using cut = first;
		await using well = second;
		t.is(await health(cut), '200 {"zookeeper":"connected"}');
		proxy.refuse();
		await until(async () => (await health(cut)).startsWith('503'));
		t.is(await health(well), '200 {"zookeeper":"connected"}');
		await proxy.restore();
		await until(async () => (await health(cut)) === '200 {"zookeeper":"connected"}');
		t.is(cut.complaints, '');
	}
});
