import {
	AbortedError,
	ClientClosedError,
	ConnectTimeoutError,
	ConnectionLossError,
	InvalidArgumentError,
} from '../../../lib/index.ts';
import {listenerCount} from '../../helpers/proxied-client.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {until} from '../../helpers/until.ts';
import {type ClientCheck, type DriverUnderTest, proxyTo} from '../driver-rig.ts';

const options = {sessionTimeout: 40_000, closeTimeout: 100};

/** What a client must do before its connection, between two of them, and after the last. */
export function connecting(check: ClientCheck, {name}: DriverUnderTest): void {
	check('#9 close ends in every state, and everything in flight settles', async (t, {proxy, connect}) => {
		const suspendedClient = await connect(proxy.address, options);
		const mutedClient = await connect(proxy.address, options);
		const closed: unknown[] = [];
		suspendedClient.once('closed', ({cause}) => closed.push(cause));
		const suspended = nextEvent(suspendedClient, 'suspended');
		const reconnected = nextEvent(mutedClient, 'reconnected');
		proxy.refuse();
		await suspended;
		const waiting = suspendedClient.get('/');
		await suspendedClient.close();
		await t.throwsAsync(waiting, {instanceOf: ClientClosedError});
		t.deepEqual(closed, [undefined]);
		await proxy.restore();
		await reconnected;
		proxy.blackhole();
		const inFlight = mutedClient.get('/');
		const close = mutedClient.close();
		await t.throwsAsync(inFlight, {instanceOf: ClientClosedError});
		await close;
		await mutedClient.close();
		t.is(await mutedClient.closed, undefined);
		await t.throwsAsync(mutedClient.get('/'), {instanceOf: ClientClosedError, message: /^get \/: /});
	});

	check('#9 calls in flight at close are answered or rejected, and the ephemerals are gone', async (t, scene) => {
		const {server, direct, connect} = scene;
		const client = await connect(server.connectString, {sessionTimeout: 40_000, closeTimeout: 4000});
		await client.create('/closing', '', {mode: 'ephemeral'});
		const calls = Array.from({length: 50}, () => client.get('/'));
		await client.close();
		for (const result of await Promise.allSettled(calls))
			t.true(result.status === 'fulfilled' || result.reason instanceof ClientClosedError);
		t.is(await direct.exists('/closing'), undefined);
	});

	check('#10 whenConnected: at once, after a reconnect, or never', async (t, {proxy, connect}) => {
		const client = await connect(proxy.address, options);
		t.is((await client.whenConnected()).status, 'connected');
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		await t.throwsAsync(client.whenConnected({signal: AbortSignal.timeout(50)}), {instanceOf: AbortedError});
		const back = client.whenConnected();
		await proxy.restore();
		t.is((await back).sessionId, client.session?.id ?? 0n);
		t.is(listenerCount(client), 0);
		const again = nextEvent(client, 'suspended');
		proxy.refuse();
		await again;
		const never = client.whenConnected();
		await Promise.all([client.close(), t.throwsAsync(never, {instanceOf: ClientClosedError})]);
		await t.throwsAsync(client.whenConnected(), {instanceOf: ClientClosedError});
	});

	check('#10 #11 connect gives up when no server opens a session, and says why', async (t, {proxy, connect}) => {
		proxy.refuse();
		const error = await t.throwsAsync(connect(proxy.address, {connectTimeout: 300}), {
			instanceOf: ConnectTimeoutError,
		});
		// The C client does not tell why a dial failed.
		t.regex(error.message, name === 'native' ? /no session within 300 ms/ : /ECONNREFUSED/);
		proxy.blackhole();
		await t.throwsAsync(connect(proxy.address, {connectTimeout: 300}), {instanceOf: ConnectTimeoutError});
		const reason = new Error('enough');
		const controller = new AbortController();
		const opening = connect(proxy.address, {signal: controller.signal});
		controller.abort(reason);
		t.is((await t.throwsAsync(opening, {code: 'ABORTED'})).cause, reason);
	});

	check('#5 calls wait for a server no longer than connectTimeout, and were not sent', async (t, scene) => {
		const {proxy, connect} = scene;
		await using client = await connect(proxy.address, {...options, connectTimeout: 1000});
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		const error = await t.throwsAsync(client.set('/', 'x'), {instanceOf: ConnectionLossError});
		t.false(error.sent);
		t.regex(error.message, /^set \/: /);
	});

	check('#14 other servers: the session moves to them, and stays where it may', async (t, {cluster, connect}) => {
		await using one = await proxyTo(cluster.servers[0]);
		await using two = await proxyTo(cluster.servers.at(-1));
		const client = await connect(one.address, {sessionTimeout: 40_000});
		const id = client.session?.id ?? 0n;
		await client.create('/moves', '', {mode: 'ephemeral'});
		const back = nextEvent(client, 'reconnected');
		client.setServers(two.address);
		t.is((await back).sessionId, id);
		await until(() => one.connections === 0);
		t.is(two.connections, 1);
		t.truthy(await client.exists('/moves'));
		let moved = false;
		client.once('suspended', () => (moved = true));
		client.setServers(two.address);
		await client.sync('/');
		t.false(moved);
		for (const text of ['', 'zk:port', `${one.address}/chroot`])
			t.throws(() => client.setServers(text), {instanceOf: InvalidArgumentError});

		// Also while nothing is connected.
		const suspended = nextEvent(client, 'suspended');
		two.refuse();
		await suspended;
		client.setServers(one.address);
		t.is((await client.whenConnected()).sessionId, id);
		await client.delete('/moves');
		await client.close();
	});
}
