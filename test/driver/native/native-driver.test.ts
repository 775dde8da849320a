import anyTest, {type TestFn} from 'ava';
import {
	type Client,
	ClientClosedError,
	connect,
	ConnectionLossError,
	openAcl,
	readAcl,
	UnsupportedError,
} from '../../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../../lib/testing/index.ts';
import {Mutex} from '../../../recipes/index.ts';
import {eventLog} from '../../helpers/event-log.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {watchesUnder} from '../../helpers/proxied-client.ts';
import {until} from '../../helpers/until.ts';
import {installedAddon} from './installed-addon.ts';
import {connectNative} from './native-client.ts';

const installed = await installedAddon();
const test = anyTest as TestFn<{server: TestingServer; proxy: FaultProxy}>;

if (installed.type === 'failed') {
	anyTest('NOT RUN: the client on the native driver, because the package `zookeeper` could not be installed', t => {
		t.log(installed.output);
		t.pass();
	});
} else {
	const {addon} = installed;

	test.before(async t => {
		t.context.server = await TestingServer.start();
	});
	test.beforeEach(async t => {
		t.context.proxy = await FaultProxy.start({target: t.context.server.connectString, protocol: 'zookeeper'});
	});
	test.afterEach.always(t => t.context.proxy.close());
	test.after.always(t => t.context.server.close());

	test.serial(
		'a mutex is shared with a client on the wire driver; its tokens grow, and it is lost with its session',
		async t => {
			const {server} = t.context;
			await using native = await connectNative(addon, server.connectString);
			await using wire = await connect(server.connectString);
			const tokens: bigint[] = [];
			let holders = 0;
			const turn = (client: Client): Promise<void> =>
				new Mutex(client, '/mutex').run(async lease => {
					t.is(++holders, 1);
					await client.sync('/');
					tokens.push(lease.fencingToken);
					holders--;
				});
			await Promise.all([native, wire, native, wire, native, wire].map(turn));
			t.is(tokens.length, 6);
			t.deepEqual(
				tokens,
				[...tokens].sort((a, b) => (a < b ? -1 : 1)),
			);
			const lease = await new Mutex(native, '/mutex').acquire();
			const next = new Mutex(wire, '/mutex').acquire();
			await killSessionOf(native, server);
			await until(() => lease.signal.aborted);
			t.true((await next).fencingToken > lease.fencingToken);
			await (await next).release();
			const again = await new Mutex(native, '/mutex').acquire();
			await again.release();
			t.deepEqual((await wire.children('/mutex')).children, []);
		},
	);

	test.serial(
		'a watch read again and again is one watch on the server, and is told once; taken back it stays until it fires',
		async t => {
			const {server} = t.context;
			await using client = await connectNative(addon, server.connectString);
			await client.create('/watched');
			const told: string[] = [];
			const listener = ({type}: {readonly type: string}): void => void told.push(type);
			await Promise.all(Array.from({length: 1000}, () => client.get('/watched', {watch: listener})));
			t.deepEqual(await watchesUnder(server, '/watched'), {'/watched': 1});
			await client.set('/watched', 'x');
			t.deepEqual(told, ['changed']);
			t.deepEqual(await watchesUnder(server, '/watched'), {});
			await client.get('/watched', {watch: listener});
			await client.unwatch('/watched', listener);
			t.deepEqual(await watchesUnder(server, '/watched'), {'/watched': 1});
			await client.set('/watched', 'y');
			t.deepEqual(told, ['changed']);
			t.deepEqual(await watchesUnder(server, '/watched'), {});
		},
	);

	test.serial(
		'watches outlive connections, also more than one request could restore; what was missed is told',
		async t => {
			const {server, proxy} = t.context;
			await using client = await connectNative(addon, proxy.address, {maxRequestLength: 20_000});
			await using other = await connect(server.connectString);
			const told: string[] = [];
			const listener = ({type, path}: {readonly type: string; readonly path: string}): void =>
				void told.push(`${type} ${path}`);
			for (const path of ['/outlive', '/outlive/set', '/outlive/deleted', '/outlive/kept']) await other.create(path);
			const pathOf = (index: number): string => `/outlive/${'x'.repeat(90)}${index}`;
			await Promise.all(Array.from({length: 500}, (_, index) => client.exists(pathOf(index), {watch: listener})));
			for (const name of ['set', 'deleted', 'kept']) await client.get(`/outlive/${name}`, {watch: listener});
			await client.children('/outlive', {watch: listener});
			await client.children('/outlive/kept', {watch: listener});
			const [suspended, reconnected] = [nextEvent(client, 'suspended'), nextEvent(client, 'reconnected')];
			proxy.refuse();
			await suspended;
			await other.set('/outlive/set', 'x');
			await other.delete('/outlive/deleted');
			await other.create(pathOf(499));
			await proxy.restore();
			await reconnected;
			const missed = [
				'changed /outlive/set',
				'children /outlive',
				`created ${pathOf(499)}`,
				'deleted /outlive/deleted',
			];
			t.deepEqual([...told].sort(), [...missed].sort());
			await other.set('/outlive/kept', 'x');
			await other.create('/outlive/kept/child');
			await other.create(pathOf(7));
			await client.sync('/');
			t.deepEqual(told.slice(missed.length), [
				'changed /outlive/kept',
				'children /outlive/kept',
				`created ${pathOf(7)}`,
			]);
		},
	);

	test.serial(
		'a half-open connection: suspended, then lost by the clock; calls settle, and a new session opens',
		async t => {
			const {proxy} = t.context;
			await using client = await connectNative(addon, proxy.address, {sessionTimeout: 4000, retry: false});
			const events = eventLog(client);
			proxy.blackhole();
			const call = client.sync('/');
			await t.throwsAsync(call, {instanceOf: ConnectionLossError});
			await until(() => events.includes('lost'));
			await proxy.restore();
			await until(() => events.includes('connected'));
			t.deepEqual(events, ['suspended', 'untrusted', 'lost', 'connected']);
			await client.sync('/');
		},
	);

	test.serial('close settles everything, whether the server answers or not', async t => {
		const {proxy} = t.context;
		for (const isMute of [false, true]) {
			const client = await connectNative(addon, proxy.address, {closeTimeout: 100});
			if (isMute) proxy.blackhole();
			const calls = [client.sync('/'), client.exists('/'), client.create(`/closing-${isMute}`)];
			const closed = client.close();
			const results = await Promise.allSettled(calls);
			t.is(results.filter(({status}) => status === 'rejected').length, isMute ? 3 : 0);
			await closed;
			await t.throwsAsync(client.sync('/'), {instanceOf: ClientClosedError});
			await client.close();
			await proxy.restore();
		}
		const [held, client] = [
			proxy.hold({reply: 'create'}),
			await connectNative(addon, proxy.address, {closeTimeout: 100}),
		];
		const created = client.create('/held');
		await held.arrived;
		await Promise.all([client.close(), t.throwsAsync(created, {instanceOf: ClientClosedError})]);
	});

	test.serial('what it cannot is refused also without a connection, and nothing is sent', async t => {
		const {proxy} = t.context;
		await using client = await connectNative(addon, proxy.address, {retry: false});
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		const refused = {instanceOf: UnsupportedError, message: /wire driver has/};
		await t.throwsAsync(client.transaction().create('/a').commit(), refused);
		await t.throwsAsync(client.create('/a', '', {acl: readAcl}), refused);
		await t.throwsAsync(client.set('/', null), refused);
		await t.throwsAsync(client.getAcl('/'), refused);
		await t.throwsAsync(client.whoAmI(), refused);
		await t.throwsAsync(client.reconfig({leaving: [1]}), refused);
		t.throws(() => client.watch('/'), refused);
		await t.throwsAsync(client.create('/a', '', {mode: 'persistent-ttl', ttl: 2 ** 31}), refused);
		const binary = {scheme: 'digest', auth: Buffer.from('user:\xff', 'latin1')};
		await t.throwsAsync(client.addAuth(binary.scheme, binary.auth), refused);
		// Left out, the client would go without what it is to be known by.
		await t.throwsAsync(connectNative(addon, proxy.address, {auth: [binary]}), refused);
	});

	test.serial('credentials outlive connections and are given to the C client once', async t => {
		const {server, proxy} = t.context;
		await using client = await connectNative(addon, proxy.address, {
			auth: [{scheme: 'digest', auth: 'user:password'}],
			acl: openAcl,
		});
		await client.create('/owned');
		await client.setAcl('/owned', [{permissions: 'all', scheme: 'auth', id: ''}]);
		for (let resets = 0; resets < 3; resets++) {
			const auths = proxy.record();
			const reconnected = nextEvent(client, 'reconnected');
			proxy.reset();
			await reconnected;
			await client.get('/owned');
			t.is(auths.count('auth'), 1);
		}
		await using stranger = await connectNative(addon, server.connectString);
		await t.throwsAsync(stranger.get('/owned'), {code: 'NO_AUTH'});
	});
}
