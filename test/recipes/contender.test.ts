import test from 'ava';
import {AbortedError, type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';

let server: TestingServer;
let onlooker: Client;
test.before(async () => {
	server = await TestingServer.start();
	onlooker = await connect(server.connectString);
});
test.after.always(async () => {
	await onlooker?.close();
	await server?.close();
});

async function names(path: string): Promise<readonly string[]> {
	return (await onlooker.exists(path)) ? (await onlooker.children(path)).children : [];
}

async function queued(path: string, count: number): Promise<readonly string[]> {
	return eventually(
		() => names(path),
		children => children.length === count,
	);
}

/** Nothing under the path, on the server or in the clients. */
async function nothingLeft(path: string, ...clients: Client[]): Promise<void> {
	await queued(path, 0);
	await eventually(
		() => watchesUnder(server, path),
		watches => Object.keys(watches).length === 0,
	);
	await eventually(
		() => clients.map(listenerCount),
		counts => counts.every(count => count === 0),
	);
}

async function parked(path: string, holder: Lease): Promise<void> {
	await eventually(
		() => watchesUnder(server, path),
		watches => watches[holder.path] === 2 && Object.keys(watches).length === 2,
	);
}

async function aborted(acquiring: Promise<unknown>): Promise<boolean> {
	return acquiring.then(
		() => false,
		error => error instanceof AbortedError && error.cause === 'enough',
	);
}

async function expire(client: Client): Promise<void> {
	const {session} = client;
	if (session) await server.killSession(session.id, session.password);
}

test('abort before the create can be sent', async t => {
	await using one = await ProxiedClient.connect(server);
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/unsent').acquire({signal: controller.signal});
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await one.proxy.restore();
	await one.client.sync('/');
	await nothingLeft('/abort/unsent', one.client);
});

for (const [name, path] of [
	['in the turn of the call', '/abort/turn'],
	['while the create is on its way', '/abort/request'],
	['while the reply is on its way', '/abort/reply'],
] as const) {
	test(`abort ${name}`, async t => {
		await using one = await ProxiedClient.connect(server);
		await one.client.create(path, '', {createParents: true});
		const held = one.proxy.hold(path === '/abort/reply' ? {reply: 'create2'} : {request: 'create2'});
		const controller = new AbortController();
		const acquiring = new Mutex(one.client, path).acquire({signal: controller.signal});
		if (path !== '/abort/turn') await held.arrived;
		controller.abort('enough');
		t.true(await aborted(acquiring));
		await held.arrived;
		held.release();
		// What is told later is done later: the abort's delete has to have gone out.
		await one.client.sync('/');
		await nothingLeft(path, one.client);
	});
}

test('abort after the reply was lost', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/abort/lost', '', {createParents: true});
	const lost = one.proxy.resetOn({reply: 'create2'});
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/lost').acquire({signal: controller.signal});
	await lost.arrived;
	t.is((await names('/abort/lost')).length, 1);
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await nothingLeft('/abort/lost', one.client);
});

test('abort, then the reply is lost', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/abort/then-lost', '', {createParents: true});
	const held = one.proxy.hold({reply: 'create2'});
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/then-lost').acquire({signal: controller.signal});
	await held.arrived;
	controller.abort('enough');
	t.true(await aborted(acquiring));
	held.reset();
	await nothingLeft('/abort/then-lost', one.client);
});

test('abort while waiting', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/abort/waiting').acquire();
	const controller = new AbortController();
	const acquiring = new Mutex(two.client, '/abort/waiting').acquire({signal: controller.signal});
	await parked('/abort/waiting', holder);
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await queued('/abort/waiting', 1);
	await eventually(
		() => watchesUnder(server, '/abort/waiting'),
		watches => watches[holder.path] === 1,
	);
	t.is(listenerCount(two.client), 0);
	await holder.release();
	await nothingLeft('/abort/waiting', one.client, two.client);
});

test('abort while the watch on the predecessor is on its way', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/abort/watching').acquire();
	const held = two.proxy.hold({reply: 'getData', where: ({request}) => request?.path === holder.path});
	const controller = new AbortController();
	const acquiring = new Mutex(two.client, '/abort/watching').acquire({signal: controller.signal});
	await held.arrived;
	controller.abort('enough');
	t.true(await aborted(acquiring));
	held.release();
	await queued('/abort/watching', 1);
	await eventually(
		() => watchesUnder(server, '/abort/watching'),
		watches => watches[holder.path] === 1,
	);
	await holder.release();
	await nothingLeft('/abort/watching', one.client, two.client);
});

test('abort at the moment of the grant: either a lease or nothing', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const path = '/abort/grant';
	let granted = 0;
	for (let delay = 0; delay < 20; delay++) {
		const holder = await new Mutex(one.client, path).acquire();
		const controller = new AbortController();
		const acquiring = new Mutex(two.client, path).acquire({signal: controller.signal});
		await parked(path, holder);
		void holder.release();
		setTimeout(() => controller.abort('enough'), delay / 2);
		const lease = await acquiring.catch(() => undefined);
		if (lease) granted++;
		await lease?.release();
		await nothingLeft(path, one.client, two.client);
	}
	t.log(`${granted} of 20 granted`);
	t.pass();
});

test('a create whose reply was lost is found, not repeated', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/lost-reply');
	const creates = one.proxy.observe({request: 'create2', times: Infinity});
	one.proxy.resetOn({reply: 'create2'});
	const lease = await new Mutex(one.client, '/lost-reply').acquire();
	t.is(creates.hits, 1);
	t.is((await names('/lost-reply')).length, 1);
	t.is((await onlooker.exists(lease.path))?.czxid, lease.fencingToken);
	lease.throwIfLost();
	await lease.release();
	await nothingLeft('/lost-reply', one.client);
});

test('a create that never came is made anew', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/lost-request');
	one.proxy.resetOn({request: 'create2'});
	const lease = await new Mutex(one.client, '/lost-request').acquire();
	t.is((await names('/lost-request')).length, 1);
	await lease.release();
	await nothingLeft('/lost-request', one.client);
});

test('the reply is lost with the session: the old znode is not adopted', async t => {
	await using one = await ProxiedClient.connect(server);
	await one.client.create('/lost-session');
	const held = one.proxy.hold({reply: 'create2'});
	const acquiring = new Mutex(one.client, '/lost-session').acquire();
	await held.arrived;
	await expire(one.client);
	held.reset();
	const lease = await acquiring;
	t.is((await onlooker.exists(lease.path))?.ephemeralOwner, one.client.session?.id);
	t.is((await names('/lost-session')).length, 1);
	await lease.release();
	await nothingLeft('/lost-session', one.client);
});

test('a waiter survives lost connections, and hears of what it missed', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/reconnect').acquire();
	const acquiring = new Mutex(two.client, '/reconnect').acquire();
	await parked('/reconnect', holder);
	two.proxy.reset();
	await eventually(
		() => two.client.state.status,
		status => status === 'suspended',
	);
	await parked('/reconnect', holder);
	two.proxy.refuse();
	await holder.release();
	await two.proxy.restore();
	const lease = await acquiring;
	t.true(lease.fencingToken > holder.fencingToken);
	await lease.release();
	await nothingLeft('/reconnect', one.client, two.client);
});

test('a waiter whose session ends queues anew', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/waiter-expires').acquire();
	const acquiring = new Mutex(two.client, '/waiter-expires').acquire();
	await parked('/waiter-expires', holder);
	const before = two.client.session?.id;
	await expire(two.client);
	await eventually(
		() => two.client.session?.id,
		id => id !== undefined && id !== before,
	);
	await parked('/waiter-expires', holder);
	await holder.release();
	await (await acquiring).release();
	t.pass();
	await nothingLeft('/waiter-expires', one.client, two.client);
});

test('a waiter whose znode is deleted by hand queues anew', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/by-hand').acquire();
	const acquiring = new Mutex(two.client, '/by-hand').acquire();
	await parked('/by-hand', holder);
	const own = (await names('/by-hand')).find(name => !holder.path.endsWith(name));
	await onlooker.delete(`/by-hand/${own}`);
	await eventually(
		() => names('/by-hand'),
		children => children.length === 2 && !children.includes(String(own)),
	);
	await parked('/by-hand', holder);
	await holder.release();
	await (await acquiring).release();
	t.pass();
	await nothingLeft('/by-hand', one.client, two.client);
});

test('everything is deleted by hand: the holder hears of it, a waiter gets the lock', async t => {
	await using one = await ProxiedClient.connect(server);
	await using two = await ProxiedClient.connect(server);
	const holder = await new Mutex(one.client, '/all-gone/lock').acquire();
	const acquiring = new Mutex(two.client, '/all-gone/lock').acquire();
	await parked('/all-gone/lock', holder);
	let transaction = onlooker.transaction();
	for (const name of await names('/all-gone/lock')) transaction = transaction.delete(`/all-gone/lock/${name}`);
	await transaction.delete('/all-gone/lock').delete('/all-gone').commit();
	const lease = await acquiring;
	t.true(holder.signal.aborted);
	t.false(lease.signal.aborted);
	await holder.release();
	t.is((await names('/all-gone/lock')).length, 1);
	await lease.release();
	await nothingLeft('/all-gone/lock', one.client, two.client);
});
