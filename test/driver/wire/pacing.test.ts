import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import anyTest, {type TestFn} from 'ava';
import fc from 'fast-check';
import {dialTimeout, pauseAfter} from '../../../lib/driver/wire/pacing.ts';
import {
	channelNames,
	connect,
	type ConnectionNotice,
	ConnectTimeoutError,
	type SessionNotice,
} from '../../../lib/index.ts';
import {freePort} from '../../../lib/testing/free-port.ts';
import {eventLog} from '../../helpers/event-log.ts';
import {connectResponse, ScriptedServer} from '../../helpers/scripted-server.ts';
import {until} from '../../helpers/until.ts';

// One at a time: what is told on a channel is of all clients of the process.
const test = (anyTest as TestFn).serial;

/** How many dials the shortest pauses leave room for; a timer may be a millisecond early. */
function mostDials(elapsed: number, size: number): number {
	let rounds = 1;
	for (let left = elapsed; ; rounds++) {
		left -= Math.min(1000, 50 * 2 ** rounds) / 2 - 1;
		if (left < 0) return rounds * size;
	}
}

const servers = fc.integer({min: 1, max: 9});

test('a pause follows each full round without success, ever longer up to a second', t => {
	fc.assert(
		fc.property(servers, fc.integer({min: 1, max: 1000}), (size, round) => {
			const longest = Math.min(1000, 50 * 2 ** Math.min(10, round));
			const pause = pauseAfter(round * size, size);
			t.true(pause >= longest / 2 && pause <= longest);
		}),
	);
});

test('within a round the next server is dialled at once', t => {
	t.is(pauseAfter(0, 3), 0);
	for (const failures of [1, 2, 4, 5, 100]) t.is(pauseAfter(failures, 3), 0);
});

test('a dial leaves time for others in the session, but is not cut too short', t => {
	t.is(dialTimeout(30_000, 1), 10_000);
	t.is(dialTimeout(30_000, 5), 6000);
	t.is(dialTimeout(4000, 1), 1333);
	t.is(dialTimeout(600, 9), 500);
});

test('a client that never connects says so once, and does not spin', async t => {
	let dials = 0;
	const told: string[] = [];
	const onConnection = (notice: unknown): void => {
		const {event} = notice as ConnectionNotice;
		if (event === 'failed') dials++;
		else told.push(event);
	};
	const onSession = (notice: unknown): void => void told.push((notice as SessionNotice).event);
	subscribe(channelNames.connection, onConnection);
	subscribe(channelNames.session, onSession);
	const ports = [await freePort(), await freePort()];
	const startedAt = performance.now();
	const connecting = connect(ports.map(port => `127.0.0.1:${port}`).join(), {connectTimeout: 1500});
	await t.throwsAsync(connecting, {instanceOf: ConnectTimeoutError, message: /nothing listens/});
	const most = mostDials(performance.now() - startedAt, ports.length);
	unsubscribe(channelNames.connection, onConnection);
	unsubscribe(channelNames.session, onSession);
	t.true(dials >= ports.length && dials <= most, `${dials} dials, at most ${most}`);
	t.deepEqual(told, ['closed']);
});

test('a client whose servers are gone says so once, and does not spin', async t => {
	const server = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
	});
	await using client = await connect(server.address, {closeTimeout: 0});
	const events = eventLog(client);
	const startedAt = performance.now();
	await server[Symbol.asyncDispose]();
	await until(() => client.stats().connections.failed >= 5);
	const {failed} = client.stats().connections;
	const most = mostDials(performance.now() - startedAt, 1);
	t.true(failed <= most, `${failed} dials, at most ${most}`);
	t.is(events[0], 'suspended');
	t.is(new Set(events).size, events.length, `${events.join()}: each once`);
});

test('a server that hangs up is asked no more often than one that refuses', async t => {
	let dials = 0;
	await using server = await ScriptedServer.start((_, socket) => {
		dials++;
		socket.destroy();
	});
	const startedAt = performance.now();
	await t.throwsAsync(connect(server.address, {connectTimeout: 1000}), {instanceOf: ConnectTimeoutError});
	const most = mostDials(performance.now() - startedAt, 1);
	t.true(dials >= 1 && dials <= most, `${dials} dials, at most ${most}`);
});
