import {
	type ClientEvents,
	ClientClosedError,
	connect,
	InvalidArgumentError,
	NoNodeError,
	type PersistentWatchEvent,
	TransactionError,
	type WatchNotice,
} from '../lib/index.ts';
import {listenerCount, watchesUnder} from './helpers/proxied-client.ts';
import {nextEvent} from './helpers/next-event.ts';
import {proxiedTest} from './helpers/proxied-test.ts';
import {until} from './helpers/until.ts';

const test = proxiedTest();

test('its znodes are created as containers when something needs them, and not before', async t => {
	const {client} = t.context;
	const deep = client.namespace('shop').namespace('orders/open');
	await t.throwsAsync(deep.get('/42'), {instanceOf: NoNodeError, message: /^get \/42: /});
	t.is(await client.exists('/shop'), undefined);
	t.is((await deep.create('/42', 'a')).path, '/42');
	t.is((await client.get('/shop/orders/open/42')).data?.toString(), 'a');
	t.deepEqual((await client.namespace('read').children('/')).children, []);
	const [created] = await client.namespace('written').transaction().create('/a').set('/a', 'x').commit();
	t.is(created?.path, '/a');
	t.is(
		(await client.namespace('sequence').create('/n-', null, {mode: 'ephemeral-sequential'})).path.slice(0, 4),
		'/_c_',
	);
	t.is((await client.namespace('deep').create('/a/b/c', null, {createParents: true})).path, '/a/b/c');
});

test('what is missing inside of it is an error as elsewhere', async t => {
	const orders = t.context.client.namespace('orders');
	await t.throwsAsync(orders.create('/a/b'), {instanceOf: NoNodeError, message: /^create \/a\/b: /});
	const failed = orders.transaction().check('/none').commit();
	t.is((await t.throwsAsync(failed, {instanceOf: TransactionError})).cause.path, '/none');
	await orders.delete('/');
	await t.notThrowsAsync(orders.create('/back'));
});

test('it lives through the session with its client, and ends alone', async t => {
	const {client, proxy} = t.context;
	const listeners = listenerCount(client);
	const orders = client.namespace('ends');
	const told: (keyof ClientEvents)[] = [];
	for (const name of ['suspended', 'reconnected', 'closed'] as const) orders.on(name, () => told.push(name));
	const back = nextEvent(orders, 'reconnected');
	proxy.reset();
	await back;
	t.is(orders.session?.id, client.session?.id);
	const events: PersistentWatchEvent[] = [];
	const watching = (async (): Promise<void> => {
		for await (const event of orders.watch('/a')) events.push(event);
	})();
	await until(() => events.length === 1);
	await orders.close();
	await orders.close();
	await watching;
	t.is(await orders.closed, undefined);
	t.is(orders.state.status, 'closed');
	t.is(orders.session, undefined);
	t.is(orders.trustedUntil, -Infinity);
	t.deepEqual(told, ['suspended', 'reconnected', 'closed']);
	await t.throwsAsync(orders.get('/'), {instanceOf: ClientClosedError, message: /^get \/: /});
	await t.throwsAsync(orders.create('/a'), {instanceOf: ClientClosedError});
	t.is(client.state.status, 'connected');
	t.truthy(await client.exists('/'));
	t.is(listenerCount(client), listeners);
});

test('closing it takes its watches back, and nobody else its own', async t => {
	const {client, proxy, server} = t.context;
	const orders = client.namespace('dropped');
	await orders.create('/a', null, {createParents: true});
	const told: string[] = [];
	const listener =
		(name: string) =>
		({type, path}: WatchNotice): void =>
			void told.push(`${name} ${type} ${path}`);
	const [own, others] = [listener('own'), listener('others')];
	await orders.get('/a', {watch: own});
	await orders.children('/a', {watch: own});
	await orders.exists('/none', {watch: own});
	await client.get('/dropped/a', {watch: others});
	await client.namespace('dropped').children('/', {watch: others});
	await orders.namespace('a').get('/', {watch: own});
	const held = proxy.hold({request: 'getData'});
	const reading = orders.get('/', {watch: own});
	await held.arrived;
	await orders.close();
	t.deepEqual(told.splice(0).toSorted(), ['own lost /', 'own lost /a', 'own lost /none']);
	held.release();
	await reading;
	t.deepEqual(told.splice(0), ['own lost /']);
	await client.sync('/');
	// The server lists watches for data only.
	t.deepEqual(await watchesUnder(server, '/app/dropped'), {'/app/dropped/a': 1});
	await client.set('/dropped/a', 'x');
	await client.create('/dropped/none');
	await client.delete('/dropped/a');
	await client.sync('/');
	t.deepEqual(told, ['others changed /dropped/a', 'others children /']);
	t.is(client.stats().watches.oneShot, 0);
});

test('one without a name has the same paths, and takes its watches back', async t => {
	const {client, server} = t.context;
	await client.create('/facade', '1');
	const view = client.namespace('');
	t.is((await view.get('/facade')).data?.toString(), '1');
	await t.throwsAsync(view.create('/facade/a/b'), {instanceOf: NoNodeError});
	const told: string[] = [];
	await view.get('/facade', {watch: ({type}) => told.push(type)});
	await client.children('/', {watch: ({type}) => told.push(`others ${type}`)});
	const streaming = (async (): Promise<void> => {
		for await (const {type} of view.watch('/facade/below', {mode: 'recursive'})) told.push(type);
	})();
	await until(() => told.includes('armed'));
	t.deepEqual(await watchesUnder(server, '/app/facade'), {'/app/facade': 1, '/app/facade/below': 1});
	await view.close();
	await streaming;
	await client.sync('/');
	t.deepEqual(await watchesUnder(server, '/app/facade'), {});
	await client.create('/facade-beside');
	await client.sync('/');
	t.deepEqual(told, ['armed', 'lost', 'others children']);
});

test('one without a name within a namespace needs its znode, and creates no chroot', async t => {
	const {client, server} = t.context;
	t.is((await client.namespace('unnamed/inner').namespace('').create('/a')).path, '/a');
	t.truthy(await client.exists('/unnamed/inner/a'));
	await using outside = await connect(`${server.connectString}/no-such-chroot`);
	await t.throwsAsync(outside.namespace('').create('/a'), {instanceOf: NoNodeError});
	t.is(await outside.exists('/'), undefined);
});

test('it ends with its client', async t => {
	const client = await connect(t.context.server.connectString);
	const orders = client.namespace('orders');
	await client.close();
	await orders.closed;
	t.is(orders.state.status, 'closed');
	await t.throwsAsync(orders.get('/'), {instanceOf: ClientClosedError});
});

test('a name that is no path below is refused', t => {
	for (const name of ['/', '/orders', 'a//b', 'a/', '.', '..', 7])
		t.throws(() => t.context.client.namespace(name as string), {instanceOf: InvalidArgumentError});
});
