import test from 'ava';
import {commandLine, orderLines, parsePeerLine} from '../../../../bin/bench/peers/peer-line.ts';

test('what a peer says', t => {
	for (const [line, report] of [
		['ready', {kind: 'ready'}],
		['clock 42', {kind: 'clock', now: 42}],
		['samples 0 3 100 20 1 3 120 7', {kind: 'samples', samples: Uint32Array.of(0, 3, 100, 20, 1, 3, 120, 7)}],
		['error NONODE no such node', {kind: 'error', code: 'NONODE', message: 'no such node'}],
		['lost', {kind: 'lost'}],
		['leading 7', {kind: 'leading', at: 7}],
		['requests 12', {kind: 'requests', count: 12, roundTrips: undefined}],
		['failed no session', {kind: 'failed', message: 'no session'}],
		['SLF4J: nobody asked', undefined],
	] as const)
		t.deepEqual(parsePeerLine(line), report);
});

test('what it hears: orders, then commands in its own time', t => {
	const sessions = {sessionTimeout: 4000, connectTimeout: 5000};
	const lines = orderLines({
		connectString: 'zk1:2181/app',
		security: {auth: {scheme: 'digest', auth: 'ann:secret'}, tls: {ca: '/ca.pem', cert: undefined, key: undefined}},
		folder: '/folder',
		workload: {kind: 'election', ...sessions, contenders: 3, rounds: 1, kills: 0},
		contenders: [2],
	});
	t.is(lines.at(-1), '.');
	for (const line of ['workload election', 'contenders 2', 'connectString zk1:2181/app', 'authScheme digest', 'tls on'])
		t.true(lines.includes(line), line);
	t.true(lines.includes(`auth ${Buffer.from('ann:secret').toString('base64')}`));
	t.false(lines.some(line => line.includes('undefined')));
	t.is(commandLine({kind: 'start', at: 1000}, 400), 'start 600');
	t.is(commandLine({kind: 'stop'}, 400), 'stop');
});
