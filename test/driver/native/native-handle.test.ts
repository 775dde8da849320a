import {once} from 'node:events';
import {type AddressInfo, createConnection, createServer, type Socket} from 'node:net';
import anyTest, {type TestFn} from 'ava';
import {DisconnectedError} from '../../../lib/driver/driver.ts';
import {NativeDriver} from '../../../lib/driver/native/native-driver.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {FaultProxy, TestingServer} from '../../../lib/testing/index.ts';
import {block} from '../../helpers/block.ts';
import {openDriver} from '../../helpers/open-driver.ts';
import {until} from '../../helpers/until.ts';
import {installedAddon} from './installed-addon.ts';

const installed = await installedAddon();
const test = anyTest as TestFn<{server: TestingServer; proxy: FaultProxy}>;
/** More than a socket takes at once, so that libuv has to change what it waits for. */
const large = 8 * 1024 * 1024;

if (installed.type === 'failed') {
	anyTest('NOT RUN: what once aborted the process, because the package `zookeeper` could not be installed', t => {
		t.log(installed.output);
		t.pass();
	});
} else {
	const {addon} = installed;
	const newDriver = ({proxy}: {readonly proxy: FaultProxy}): NativeDriver =>
		new NativeDriver(addon, {
			...parseConnectString(proxy.address),
			parse: parseConnectString,
			sessionTimeout: 4000,
			maxRequestLength: 1_048_575,
		});

	/** Sockets beside the driver's, which take the numbers that are free when they are opened. */
	const startEcho = async (): Promise<
		AsyncDisposable & {readonly connect: () => void; readonly allEcho: () => Promise<void>}
	> => {
		const server = createServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		const sockets: Socket[] = [];
		return {
			connect: () => void sockets.push(createConnection(port, '127.0.0.1')),
			allEcho: async () => {
				for (const socket of sockets) {
					let missing = large;
					const isBack = new Promise<void>(resolve => {
						socket.on('data', (chunk: Buffer) => {
							missing -= chunk.length;
							if (missing === 0) resolve();
						});
					});
					socket.write(Buffer.alloc(large));
					await isBack;
					socket.removeAllListeners('data');
				}
			},
			[Symbol.asyncDispose]: async () => {
				for (const socket of sockets) socket.destroy();
				server.close();
				await once(server, 'close');
			},
		};
	};

	test.before(async t => {
		const server = await TestingServer.start();
		t.context = {server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
	});
	test.afterEach.always(t => t.context.proxy.restore());
	test.after.always(async t => {
		await t.context.proxy.close();
		await t.context.server.close();
	});

	test.serial('what the C client gives up over a mute server takes no other socket of the process along', async t => {
		await using echo = await startEcho();
		const driver = newDriver(t.context);
		const log = await openDriver(driver);
		for (let round = 1; round <= 2; round++) {
			t.context.proxy.blackhole();
			// A timer of the addon's that fires late leaves it without another for a third of the session timeout: time enough for others to open sockets.
			const hindrance = setInterval(() => block(15), 20);
			await log.told('disconnected', round);
			clearInterval(hindrance);
			// They take the numbers that are free now, the C client's among them.
			for (let count = 0; count < 8; count++) echo.connect();
			await t.context.proxy.restore();
			await log.told('connected', round + 1);
			await echo.allEcho();
		}
		await driver.close(2000);
		t.pass();
	});

	test.serial('a connection whose loss a write is the first to notice takes no other socket along either', async t => {
		await using echo = await startEcho();
		const driver = newDriver(t.context);
		const log = await openDriver(driver);
		t.context.proxy.reset();
		// In the same turn, in which the addon has not been told of the reset.
		const call = driver.call('sync', {path: '/'});
		for (let count = 0; count < 8; count++) echo.connect();
		await t.throwsAsync(call, {instanceOf: DisconnectedError});
		await log.told('disconnected');
		await log.told('connected', 2);
		await echo.allEcho();
		const [first, second] = log.handshakes.map(({sessionId}) => sessionId);
		t.is(second, first);
		await driver.close(2000);
	});

	test.serial('sessions given up in the very call that tells of a lost connection', async t => {
		const {proxy} = t.context;
		const driver = newDriver(t.context);
		const seen = {connected: 0, disconnected: 0};
		const ids = new Set<bigint>();
		driver.start({
			connected: ({sessionId}) => {
				ids.add(sessionId);
				seen.connected++;
			},
			disconnected: () => {
				seen.disconnected++;
				driver.renew();
			},
			expired: () => t.fail('its end was not waited for'),
			event: () => {},
			answered: () => {},
			dialFailed: () => {},
		});
		for (let resets = 0; resets < 20; resets++) {
			await until(() => seen.connected > resets);
			const calls = [1, 2, 3].map(() => driver.call('sync', {path: '/'}));
			proxy.reset();
			await Promise.allSettled(calls);
			await until(() => seen.disconnected > resets);
		}
		t.is(ids.size, seen.connected);
		await driver.close(2000);
	});

	test.serial('closed in each phase of a dial, with calls under way, and after its session has expired', async t => {
		const {proxy, server} = t.context;
		for (const fault of ['none', 'refuse', 'blackhole'] as const) {
			if (fault !== 'none') proxy[fault]();
			for (let turns = 0; turns < 8; turns++) {
				const driver = newDriver(t.context);
				driver.start({
					connected: () => {},
					disconnected: () => {},
					expired: () => {},
					event: () => {},
					answered: () => {},
					dialFailed: () => {},
				});
				for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve));
				await driver.close(0);
			}
			await proxy.restore();
		}
		const driver = newDriver(t.context);
		const log = await openDriver(driver);
		const [handshake] = log.handshakes;
		if (handshake) await server.killSession(handshake.sessionId, handshake.password);
		const calls = Array.from({length: 100}, () => driver.call('sync', {path: '/'}));
		await Promise.allSettled(calls);
		await log.told('expired');
		await driver.close(2000);
		t.pass();
	});

	test.serial(
		'other servers: the session goes on there, or stays if asked or if it may; given up, it is left to its timeout',
		async t => {
			const {server, proxy} = t.context;
			await using second = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
			const driver = newDriver(t.context);
			const log = await openDriver(driver);
			const closes = [proxy.record(), second.record()];
			driver.setServers(second.address, true);
			await driver.call('sync', {path: '/'});
			t.deepEqual([proxy.connections, second.connections], [1, 0]);
			proxy.reset();
			await log.told('connected', 2);
			await until(() => proxy.connections === 0);
			t.is(second.connections, 1);
			driver.setServers(proxy.address);
			await log.told('connected', 3);
			const [first, ...moved] = log.handshakes.map(({sessionId}) => sessionId);
			t.deepEqual(moved, [first, first]);
			driver.setServers(`${second.address},${proxy.address}`);
			await driver.call('sync', {path: '/'});
			await until(() => second.connections === 0);
			t.is(proxy.connections, 1);
			driver.renew();
			await log.told('connected', 4);
			t.not(log.handshakes[3]?.sessionId, first);
			for (const record of closes) t.is(record.count('closeSession'), 0);
			await driver.close(2000);
		},
	);
}
