import {type ConnectOptions, ConnectionLossError, SessionExpiredError, type WatchNotice} from '../../../lib/index.ts';
import {eventLog} from '../../helpers/event-log.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {until} from '../../helpers/until.ts';
import {type ClientCheck, proxyTo} from '../driver-rig.ts';

const options: ConnectOptions = {sessionTimeout: 40_000};

/** What a client must do as connections and sessions come and go. */
export function clientSessions(check: ClientCheck): void {
	check('#1 a reset: suspended, reconnected, the same session, ephemerals intact', async (t, scene) => {
		const {proxy, direct, connect} = scene;
		await using client = await connect(proxy.address, options);
		const id = client.session?.id;
		const events = eventLog(client);
		await client.create('/reset', '', {mode: 'ephemeral'});
		const reconnected = nextEvent(client, 'reconnected');
		proxy.reset();
		t.is((await reconnected).sessionId, id ?? -1n);
		t.deepEqual(events, ['suspended', 'reconnected']);
		t.is((await direct.exists('/reset'))?.ephemeralOwner, id);
	});

	check(
		'#32 one-shot watches survive a reset; what they missed is told once, before `reconnected`',
		async (t, {proxy, direct, connect}) => {
			await using client = await connect(proxy.address, options);
			await direct.create('/w');
			await direct.create('/w/deleted');
			const told: string[] = [];
			const watch = ({type, path}: WatchNotice): void => void told.push(`${type} ${path}`);
			await client.get('/w', {watch});
			await client.children('/w', {watch});
			await client.get('/w/deleted', {watch});
			await client.exists('/w/created', {watch});
			await client.exists('/w/later', {watch});
			client.once('reconnected', () => told.push('reconnected'));
			const suspended = nextEvent(client, 'suspended');
			proxy.refuse();
			await suspended;
			await direct.set('/w', 'new');
			await direct.delete('/w/deleted');
			await direct.create('/w/created');
			await proxy.restore();
			await until(() => told.includes('reconnected'));
			t.is(told.at(-1), 'reconnected');
			t.deepEqual(told.slice(0, -1).sort(), ['changed /w', 'children /w', 'created /w/created', 'deleted /w/deleted']);
			await direct.create('/w/later');
			await until(() => told.includes('created /w/later'));
			await direct.set('/w', 'newer');
			await client.sync('/');
			t.is(told.length, 6);
		},
	);

	check('#2 a killed session: lost, a new one, one-shot watches are told', async (t, scene) => {
		const {proxy, server, connect} = scene;
		await using client = await connect(proxy.address, options);
		const id = client.session?.id;
		await client.create('/killed', '', {mode: 'ephemeral'});
		const told: string[] = [];
		for (const path of ['/killed', '/']) await client.get(path, {watch: ({type}) => told.push(`${type} ${path}`)});
		const events = eventLog(client);
		const suspended = nextEvent(client, 'suspended');
		const connected = nextEvent(client, 'connected');
		// Else the client might win its session back for a moment from the one that ends it.
		proxy.refuse();
		await suspended;
		await killSessionOf(client, server);
		await proxy.restore();
		const {sessionId} = await connected;
		t.not(sessionId, id);
		t.deepEqual(
			events.filter(name => name !== 'untrusted'),
			['suspended', 'lost', 'connected'],
		);
		t.deepEqual(told.sort(), ['lost /', 'lost /killed']);
		t.is(await client.exists('/killed'), undefined);
	});

	check('#3 a silent server: the session goes on at the next one', async (t, {cluster, connect}) => {
		await using one = await proxyTo(cluster.servers[0]);
		await using other = await proxyTo(cluster.servers.at(-1));
		const proxies = [one, other];
		await using client = await connect(proxies.map(({address}) => address).join(), {
			...options,
			sessionTimeout: 8000,
		});
		const id = client.session?.id;
		const silent = proxies.find(({connections}) => connections > 0);
		const inFlight = [nextEvent(client, 'suspended'), nextEvent(client, 'reconnected')];
		silent?.blackhole();
		const lost = client.sync('/', {retry: false});
		t.true((await t.throwsAsync(lost, {instanceOf: ConnectionLossError})).sent);
		const [, back] = await Promise.all(inFlight);
		t.is(back && 'sessionId' in back ? back.sessionId : undefined, id);
		t.not(
			proxies.find(({connections, address}) => connections > 0 && address !== silent?.address),
			undefined,
		);
		await client.sync('/');
		await client.close();
	});

	check('#4 no server at all: lost on time; back in time the session lives', async (t, {proxy, connect}) => {
		await using patient = await connect(proxy.address, options);
		await using hasty = await connect(proxy.address, {...options, sessionTimeout: 1000});
		const [id, lostId] = [patient.session?.id, hasty.session?.id];
		const [patientEvents, hastyEvents] = [eventLog(patient), eventLog(hasty)];
		const reconnected = nextEvent(patient, 'reconnected');
		const suspended = nextEvent(patient, 'suspended');
		const lost = nextEvent(hasty, 'lost');
		proxy.refuse();
		const waiting = hasty.get('/');
		await t.throwsAsync(waiting, {instanceOf: SessionExpiredError, message: /^get \/: /});
		t.true((await lost).cause instanceof SessionExpiredError);
		await suspended;
		const connected = nextEvent(hasty, 'connected');
		await proxy.restore();
		t.is((await reconnected).sessionId, id ?? -1n);
		t.not((await connected).sessionId, lostId);
		t.deepEqual(patientEvents, ['suspended', 'reconnected']);
		t.deepEqual(hastyEvents.slice(-3), ['untrusted', 'lost', 'connected']);
	});

	check('#8 a session that was left is gone on with, ephemeral znodes and all', async (t, scene) => {
		const {proxy, server, connect, direct} = scene;
		const left = await connect(proxy.address, {sessionTimeout: 40_000, closeTimeout: 50});
		await left.create('/left', 'mine', {mode: 'ephemeral'});
		const {session} = left;
		if (!session) throw new Error('no session');
		// As if its process had ended: nothing of its farewell arrives.
		proxy.blackhole();
		await left.close();
		await using client = await connect(server.connectString, {session, sessionTimeout: 40_000});
		t.is(client.session?.id, session.id);
		t.is((await client.exists('/left'))?.ephemeralOwner, session.id);
		await client.delete('/left');
		t.is(await direct.exists('/left'), undefined);
	});

	check('#8 a session that is over, or whose password is wrong, is said to be', async (t, {server, connect}) => {
		const ended = await connect(server.connectString, {closeTimeout: 2000});
		const {session} = ended;
		await ended.close();
		if (!session) throw new Error('no session');
		await t.throwsAsync(connect(server.connectString, {session}), {instanceOf: SessionExpiredError});
		await using living = await connect(server.connectString);
		const wrong = {id: living.session?.id ?? 0n, password: Buffer.alloc(16, 7)};
		await t.throwsAsync(connect(server.connectString, {session: wrong}), {instanceOf: SessionExpiredError});
		t.truthy(await living.exists('/'));
	});
}
