import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {DisconnectedError} from '../../../lib/driver/driver.ts';
import {Connection} from '../../../lib/driver/wire/connection.ts';
import {Writer} from '../../../lib/driver/wire/jute/writer.ts';
import {codecs} from '../../../lib/driver/wire/jute/request/codecs.ts';
import {noPassword} from '../../../lib/driver/wire/jute/request/connect.ts';
import {ProtocolError} from '../../../lib/index.ts';
import {changed, connectResponse, reply, type Script, ScriptedServer} from '../../helpers/scripted-server.ts';

const uncaught: unknown[] = [];
process.on('uncaughtExceptionMonitor', error => uncaught.push(error));
test.after.always(t => {
	t.deepEqual(uncaught, []);
});

type Opened = {readonly connection: Connection; readonly order: string[]; readonly zxids: bigint[]};

function open({port}: ScriptedServer): Opened {
	const order: string[] = [];
	const zxids: bigint[] = [];
	const connection = new Connection({
		server: {host: '127.0.0.1', port, name: `127.0.0.1:${port}`},
		codecs: codecs(() => 0n),
		maxRequestLength: 1_048_575,
		maxReplyLength: 2 ** 20,
		listener: {answered: () => {}, event: ({type, path}) => void order.push(`${type} ${path}`)},
		onZxid: zxid => void zxids.push(zxid),
	});
	return {connection, order, zxids};
}
const request = {lastZxid: 0n, timeout: 4000, sessionId: 0n, password: noPassword, canBeReadOnly: false};
const handshake = (connection: Connection): Promise<unknown> => connection.handshake(request, 5000);
const get = (connection: Connection, path = '/a'): Promise<unknown> => connection.call('sync', {path});

/** Answers the handshake, and the first request with what is given. */
const answering =
	(...frames: readonly Buffer[]): Script =>
	(_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		if (index === 1) socket.write(Buffer.concat(frames));
	};

async function endsWith(t: ExecutionContext, frames: readonly Buffer[], message: RegExp): Promise<void> {
	await using server = await ScriptedServer.start(answering(...frames));
	const {connection} = open(server);
	await handshake(connection);
	const error = await t.throwsAsync(get(connection), {instanceOf: DisconnectedError});
	t.true(error.sent);
	t.true(error.cause instanceof ProtocolError);
	const cause = await connection.ended;
	t.true(cause instanceof ProtocolError);
	t.regex(cause.message, message);
}

const length = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32BE(value);
	return bytes;
};

test('a frame of 2 GiB is refused by its length', endsWith, [length(2 ** 31 - 1)], /2147483647 bytes/);
test('a frame of a negative length', endsWith, [length(-1)], /-1 bytes/);
test('an empty frame', endsWith, [length(0)], /4 bytes expected/);
test('a frame shorter than a header', endsWith, [length(7), Buffer.alloc(7)], /bytes expected/);
test('a reply to another request', endsWith, [reply(2)], /reply to request 2 where 1 was due/);
test('an auth reply that nobody asked for', endsWith, [reply(-4)], /reply to request -4 where none was due/);
test('an answer to a ping that was not sent', endsWith, [reply(-2)], /a ping that was not sent/);
test('an event of an unknown type', endsWith, [reply(-1, to => void to.int(99).int(3).string('/a'))], /type 99/);
test('an event cut short', endsWith, [reply(-1, to => void to.int(1))], /bytes expected/);

test('a vector of 2^31 - 1 elements costs the connection, not the memory', async t => {
	await using server = await ScriptedServer.start(answering(reply(1, to => void to.int(2 ** 31 - 1))));
	const {connection} = open(server);
	await handshake(connection);
	const heap = process.memoryUsage().heapUsed;
	const children = connection.call('children', {path: '/', watch: false});
	await t.throwsAsync(children, {instanceOf: DisconnectedError});
	t.regex((await connection.ended).message, /a vector of 2147483647 elements/);
	t.true(process.memoryUsage().heapUsed - heap < 64 * 1024 * 1024);
});

test('a handshake answered by a reply header, by garbage, by silence, or not at all', async t => {
	for (const [answer, message] of [
		[reply(0, () => {}, -119), /a connect response of 16 bytes/],
		[Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /a frame of 1213486160 bytes/],
		[
			new Writer()
				.int(0)
				.int(1)
				.long(1n)
				.int(2 ** 31 - 1)
				.long(0n)
				.long(0n)
				.boolean(false)
				.frame(),
			/bytes expected/,
		],
	] as const) {
		await using server = await ScriptedServer.start((_, socket) => void socket.write(answer));
		const error = await t.throwsAsync(handshake(open(server).connection), {code: 'NOT_ZOOKEEPER', message});
		t.true(error.cause instanceof ProtocolError);
	}
	await using silent = await ScriptedServer.start(() => {});
	await t.throwsAsync(open(silent).connection.handshake(request, 50), {message: /within 50 ms/});
	await using closing = await ScriptedServer.start((_, socket) => void socket.end());
	await t.throwsAsync(handshake(open(closing).connection), {message: /closed the connection/});
});

test('calls settle in every order of replies and ends', async t => {
	await using server = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		if (index === 3) socket.end(Buffer.concat([reply(1), reply(2, () => {}, -101)]));
	});
	const {connection} = open(server);
	await handshake(connection);
	const results = await Promise.allSettled([get(connection), get(connection), get(connection)]);
	t.deepEqual(
		results.map(({status}) => status),
		['fulfilled', 'rejected', 'rejected'],
	);
	const late = await t.throwsAsync(get(connection), {instanceOf: DisconnectedError});
	t.false(late.sent);
});

test('an event is told after what the reply before it led to, and before the reply after it', async t => {
	await using server = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		if (index === 3)
			socket.write(
				Buffer.concat([changed('/0'), reply(1), changed('/1'), changed('/2'), reply(2), reply(3), changed('/3')]),
			);
	});
	const {connection, order} = open(server);
	await handshake(connection);
	await Promise.all(
		[1, 2, 3].map(async number => {
			await get(connection);
			for (let depth = 0; depth < 10; depth++) await Promise.resolve();
			order.push(`after reply ${number}`);
		}),
	);
	while (order.length < 7) await turn();
	t.deepEqual(order, [
		'changed /0',
		'after reply 1',
		'changed /1',
		'changed /2',
		'after reply 2',
		'after reply 3',
		'changed /3',
	]);
});

test('only replies advance the last zxid, never an event or a ping of an empty server', async t => {
	await using server = await ScriptedServer.start(
		answering(
			reply(-1, to => void to.int(1).int(3).string('/e'), 0, 99n),
			reply(1, () => {}, 0, 7n),
		),
	);
	const {connection, zxids} = open(server);
	await handshake(connection);
	await get(connection);
	t.deepEqual(zxids, [7n]);
	connection.end(new Error('done'));
});

test('auth replies overtake the others', async t => {
	await using server = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		if (index === 2) socket.write(Buffer.concat([reply(-4, () => {}, 0, 0n), reply(1)]));
	});
	const {connection, order} = open(server);
	await handshake(connection);
	await Promise.all([
		get(connection).then(() => order.push('sync')),
		connection.call('auth', {scheme: 'digest', auth: Buffer.from('u:p')}).then(() => order.push('auth')),
	]);
	t.deepEqual(order, ['auth', 'sync']);
	connection.end(new Error('done'));
});

test('whatever a peer sends, every call settles and nothing is thrown', async t => {
	const valid = [
		reply(1),
		reply(2, to => void to.string('/a')),
		reply(3, to => void to.int(3).string('x')),
		changed('/a'),
	];
	const mutated = fc.tuple(fc.constantFrom(...valid), fc.nat(), fc.nat(255)).map(([frame, at, byte]) => {
		const copy = Buffer.from(frame);
		copy[at % copy.length] = byte;
		return copy;
	});
	const truncated = fc
		.tuple(fc.constantFrom(...valid), fc.nat())
		.map(([frame, at]) => frame.subarray(0, at % frame.length));
	const bytes = fc.uint8Array({maxLength: 64}).map(array => Buffer.from(array));
	const framed = bytes.map(payload => Buffer.concat([length(payload.length), payload]));
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.oneof(mutated, truncated, bytes, framed), {minLength: 1, maxLength: 4}),
			async frames => {
				await using server = await ScriptedServer.start((_, socket, index) => {
					if (index === 0) socket.write(connectResponse());
					if (index === 3) socket.end(Buffer.concat(frames));
				});
				const {connection} = open(server);
				await handshake(connection);
				await Promise.allSettled([
					connection.call('sync', {path: '/a'}),
					connection.call('get', {path: '/a', watch: true}),
					connection.call('multi', [{type: 'delete', path: '/a', version: -1}]),
				]);
				t.true((await connection.ended) instanceof Error);
			},
		),
		{numRuns: 200},
	);
});
