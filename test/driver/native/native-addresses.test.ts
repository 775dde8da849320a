import {isIPv6} from 'node:net';
import anyTest from 'ava';
import type {Resolve} from '../../../lib/driver/addresses.ts';
import {NativeDriver} from '../../../lib/driver/native/native-driver.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {DialError} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {failedDials} from '../../helpers/failed-dials.ts';
import {openDriver} from '../../helpers/open-driver.ts';
import {connectResponse, reply, type Script, ScriptedServer} from '../../helpers/scripted-server.ts';
import {until} from '../../helpers/until.ts';
import {installedAddon} from './installed-addon.ts';

const installed = await installedAddon();
const test = anyTest.serial;

if (installed.type === 'failed') {
	test('NOT RUN: the native driver and addresses, because the package `zookeeper` could not be installed', t => {
		t.log(installed.output);
		t.pass();
	});
} else {
	const driverOf = (connectString: string, resolve?: Resolve): NativeDriver =>
		new NativeDriver(installed.addon, {
			...parseConnectString(connectString),
			parse: parseConnectString,
			sessionTimeout: 4000,
			maxRequestLength: 1_048_575,
			resolve,
		});

	test('an IPv6 address is dialled, left and dialled again', async t => {
		await using server = await TestingServer.start({properties: {clientPortAddress: '::'}});
		const driver = driverOf(`[::1]:${server.port}`, () => t.fail('a name was asked for'));
		const log = await openDriver(driver);
		await driver.call('sync', {path: '/'});
		driver.setServers(`127.0.0.1:${server.port}`);
		await log.told('connected', 2);
		driver.setServers(`[::1]:${server.port}`);
		await log.told('connected', 3);
		const {handshakes} = log;
		t.deepEqual(
			handshakes.map(({server: name}) => name),
			[`[::1]:${server.port}`, server.connectString, `[::1]:${server.port}`],
		);
		t.is(new Set(handshakes.map(({sessionId}) => sessionId)).size, 1);
		await driver.close(2000);
	});

	test('a name whose addresses take connections and hang up, but for one: each has its turn', async t => {
		const dialled: string[] = [];
		const hangUp =
			(name: string): Script =>
			(_, socket) => {
				dialled.push(name);
				socket.destroy();
			};
		const serve: Script = (frame, socket, index) => {
			if (index > 0) return void socket.write(reply(frame.readInt32BE(0), writer => void writer.string('/')));
			dialled.push('good');
			socket.write(connectResponse({sessionId: 5n}));
		};
		await using one = await ScriptedServer.start(hangUp('one'));
		const {port} = one;
		await using _two = await ScriptedServer.start(hangUp('two'), {host: '::1', port});
		await using _good = await ScriptedServer.start(serve, {host: '127.0.0.2', port});
		// Nothing listens on the last one.
		const addresses = ['127.0.0.1', '::1', '127.0.0.2', '127.0.0.3'];
		const driver = driverOf(`zk.example:${port}`, (_host, _options, callback) => {
			setImmediate(() => {
				callback(
					null,
					addresses.map(address => ({address, family: isIPv6(address) ? 6 : 4})),
				);
			});
		});
		const log = await openDriver(driver);
		t.is(log.handshakes[0]?.sessionId, 5n);
		t.is(log.handshakes[0]?.server, `zk.example:${port}`);
		t.is(new Set(dialled).size, dialled.length, `${dialled.join(', ')}: none twice`);
		t.is(dialled.at(-1), 'good');
		await driver.close(0);
	});

	test('a name that is not resolved is said to be such', async t => {
		const driver = driverOf('zk.example', (host, _options, callback) => {
			setImmediate(() => callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {code: 'ENOTFOUND'}), []));
		});
		const failures = failedDials(driver);
		await until(() => failures.length > 0);
		await driver.close(0);
		const [failure] = failures;
		t.true(failure instanceof DialError);
		t.is((failure as DialError).code, 'HOST_UNKNOWN');
	});
}
