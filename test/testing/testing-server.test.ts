import {access, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {AbortedError, InvalidArgumentError} from '../../lib/index.ts';
import {TestingError, TestingServer} from '../../lib/testing/index.ts';
import {until} from '../helpers/until.ts';
import {RawSession} from './raw-session.ts';

test('starts the newest release of a line, on a free port', async t => {
	await using server = await TestingServer.start();
	t.regex(await server.version(), /^3\.9\.\d+$/);
	t.is(await server.mode(), 'standalone');
	t.is(server.connectString, `127.0.0.1:${server.port}`);
	t.is(await server.fourLetterWord('ruok'), 'imok');
});

test('starts the line that is asked for', async t => {
	await using server = await TestingServer.start({version: '3.8'});
	t.regex(await server.version(), /^3\.8\.\d+$/);
});

test('restarts on the same data and port, also after a kill; sessions live on', async t => {
	await using server = await TestingServer.start();
	const {port} = server;
	const session = await RawSession.open(server.port, {timeout: 20_000});
	t.is(await session.create('/kept', 'value'), 0);
	await server.restart();
	t.is(server.port, port);
	const resumed = await RawSession.open(server.port, session);
	t.is(resumed.sessionId, session.sessionId);
	t.is(await resumed.create('/kept', 'value'), -110);
	await server.kill();
	t.is(server.pid, undefined);
	t.is(await server.mode(), undefined);
	await server.restart();
	const again = await RawSession.open(server.port, session);
	t.is(await again.create('/kept', 'value'), -110);
	again.destroy();
});

test('grants a session of one second, and up to the given maximum', async t => {
	await using server = await TestingServer.start({maxSessionTimeout: 3000});
	const short = await RawSession.open(server.port, {timeout: 1});
	t.is(short.timeout, 1000);
	const long = await RawSession.open(server.port, {timeout: 1_000_000});
	t.is(long.timeout, 3000);
	short.destroy();
	long.destroy();
});

test('killSession ends the session for its owner, at once', async t => {
	await using server = await TestingServer.start();
	const session = await RawSession.open(server.port, {timeout: 20_000});
	await server.killSession(session.sessionId, session.password);
	await session.closed;
	const resumed = await RawSession.open(server.port, session);
	t.is(resumed.timeout, 0);
	const error = await t.throwsAsync(server.killSession(session.sessionId, session.password), {
		instanceOf: TestingError,
	});
	t.is(error.code, 'NO_SUCH_SESSION');
});

test('a frozen server keeps its connections and answers nothing until it thaws', async t => {
	await using server = await TestingServer.start();
	const session = await RawSession.open(server.port, {timeout: 20_000});
	server.freeze();
	// A signal is not obeyed before the process has had its turn.
	await until(async () => (await readFile(`/proc/${server.pid}/stat`, 'utf8')).includes(') T '));
	const created = session.create('/later', '');
	const first = await Promise.race([created, sleep(300, 'silence')]);
	t.is(first, 'silence');
	server.thaw();
	t.is(await created, 0);
	session.destroy();
});

test('a frozen server can be stopped', async t => {
	await using server = await TestingServer.start();
	server.freeze();
	await server.stop();
	t.is(server.pid, undefined);
});

test('removes its own data, and keeps a folder it was given', async t => {
	const dataDir = await mkdtemp(join(tmpdir(), 'docent-test-'));
	const server = await TestingServer.start({dataDir});
	await server.close();
	await server.close();
	await t.notThrowsAsync(access(join(dataDir, 'version-2')));
	await rm(dataDir, {recursive: true});
	await t.throwsAsync(server.restart(), {instanceOf: TestingError});
});

test('bad options are refused before anything is started', async t => {
	for (const options of [
		{version: '3'},
		{tickTime: 0},
		{minSessionTimeout: 1.5},
		{maxSessionTimeout: 10},
		{port: 70_000},
		{properties: {'a b': 1}},
		{properties: {a: 'x\ny'}},
	]) {
		const error = await t.throwsAsync(TestingServer.start(options), {instanceOf: InvalidArgumentError});
		t.is(error.code, 'INVALID_ARGUMENT', error.message);
	}
});

test('a failed start shows what the server said', async t => {
	const error = await t.throwsAsync(TestingServer.start({properties: {dataDir: '/dev/null/nowhere'}}), {
		instanceOf: TestingError,
	});
	t.is(error.code, 'START_FAILED');
	t.regex(error.message, /nowhere/);
});

test('a start that takes too long is given up', async t => {
	const error = await t.throwsAsync(TestingServer.start({startTimeout: 1}), {instanceOf: TestingError});
	t.is(error.code, 'START_TIMEOUT');
});

test('an aborted start leaves nothing behind', async t => {
	const reason = new Error('enough');
	const error = await t.throwsAsync(TestingServer.start({signal: AbortSignal.abort(reason)}), {
		instanceOf: AbortedError,
	});
	t.is(error.code, 'ABORTED');
	t.is(error.cause, reason);
});
