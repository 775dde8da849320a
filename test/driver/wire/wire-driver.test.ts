import test from 'ava';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {WireDriver} from '../../../lib/driver/wire/wire-driver.ts';
import type {DialError} from '../../../lib/index.ts';
import {freePort} from '../../../lib/testing/free-port.ts';
import {openDriver} from '../../helpers/open-driver.ts';
import {connectResponse, reply, ScriptedServer} from '../../helpers/scripted-server.ts';
import {until} from '../../helpers/until.ts';

function driverOf({address}: ScriptedServer): WireDriver {
	return driverTo(address);
}

function driverTo(connectString: string): WireDriver {
	return new WireDriver({
		...parseConnectString(connectString),
		sessionTimeout: 4000,
		maxRequestLength: 1_048_575,
		maxReplyLength: 2 ** 20,
	});
}

test('a server that hands out another session than the one asked for has lost ours', async t => {
	let nextId = 10n;
	await using server = await ScriptedServer.start((frame, socket, index) => {
		if (index > 0) return void socket.destroy();
		socket.write(connectResponse({sessionId: nextId++}));
		t.is(frame.readInt32BE(0), 0);
	});
	const driver = driverOf(server);
	const log = await openDriver(driver);
	await t.throwsAsync(driver.call('sync', {path: '/'}));
	await log.told('connected', 2);
	t.deepEqual(log.entries, ['connected', 'disconnected', 'expired', 'connected']);
	t.deepEqual(
		log.handshakes.map(({sessionId}) => sessionId),
		[10n, 12n],
	);
	await driver.close(100);
});

test('a server that opens no session counts as a server that failed', async t => {
	let dials = 0;
	let sessions = 0;
	await using server = await ScriptedServer.start((_, socket) => {
		dials++;
		socket.write(dials > 3 ? connectResponse() : connectResponse({sessionId: 0n, timeout: 0}));
	});
	const driver = driverOf(server);
	const failed: Error[] = [];
	driver.start({
		connected: () => void sessions++,
		disconnected: () => {},
		expired: () => t.fail('there was no session'),
		answered: () => {},
		event: () => {},
		dialFailed: cause => void failed.push(cause),
	});
	await until(() => sessions > 0);
	t.is(failed.length, 3);
	t.regex(String(failed[0]), /refused to open a session/);
	await driver.close(0);
});

test('the next server is asked when one is silent, refuses, hangs up, or speaks another protocol', async t => {
	const failures: Error[] = [];
	await using mute = await ScriptedServer.start(() => {});
	await using hangingUp = await ScriptedServer.start((_, socket) => void socket.destroy());
	await using readOnly = await ScriptedServer.start((_, socket) => void socket.write(reply(0, () => {}, -119)));
	await using web = await ScriptedServer.start((_, socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
	const refusing = `127.0.0.1:${await freePort()}`;
	const expected = [
		`NO_ANSWER ${mute.address}`,
		`NOTHING_LISTENS ${refusing}`,
		`CLOSED_BEFORE_ANSWER ${hangingUp.address}`,
		`NOT_ZOOKEEPER ${readOnly.address}`,
		`NOT_ZOOKEEPER ${web.address}`,
	];
	const told = (): Set<string> =>
		new Set(failures.map(failure => `${(failure as DialError).code} ${(failure as DialError).server}`));
	// The order is one of chance: the good one is good only when all the others have been dialled.
	await using good = await ScriptedServer.start((_, socket, index) => {
		if (expected.some(failure => !told().has(failure))) socket.destroy();
		else if (index === 0) socket.write(connectResponse({sessionId: 5n}));
	});
	const addresses = [mute.address, refusing, hangingUp.address, readOnly.address, web.address, good.address];
	const driver = driverTo(addresses.join());
	const log = await openDriver(driver, failures);
	t.is(log.handshakes[0]?.server, good.address);
	t.is(log.handshakes[0]?.sessionId, 5n);
	for (const failure of expected) t.true(told().has(failure), failure);
	await driver.close(0);
});

test('the last zxid and the session are presented again, and forgotten with the session', async t => {
	const asked: {zxid: bigint; sessionId: bigint}[] = [];
	await using server = await ScriptedServer.start((frame, socket, index) => {
		if (index === 0) {
			asked.push({zxid: frame.readBigInt64BE(4), sessionId: frame.readBigInt64BE(16)});
			socket.write(connectResponse({sessionId: 0x0100_0000_0000_0001n}));
		} else if (frame.readInt32BE(4) === 9) {
			socket.end(reply(frame.readInt32BE(0), () => {}, 0, 0x7_0000_0001n));
		}
	});
	const driver = driverOf(server);
	const log = await openDriver(driver);
	await driver.call('sync', {path: '/'});
	await log.told('connected', 2);
	driver.renew();
	await log.told('connected', 3);
	t.deepEqual(asked, [
		{zxid: 0n, sessionId: 0n},
		{zxid: 0x7_0000_0001n, sessionId: 0x0100_0000_0000_0001n},
		{zxid: 0n, sessionId: 0n},
	]);
	await driver.close(0);
});
