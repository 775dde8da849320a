import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {RefusedError} from '../../lib/driver/driver.ts';
import {
	AbortedError,
	AuthFailedError,
	ClientClosedError,
	ConnectionLossError,
	SessionExpiredError,
	TooManyWaitingError,
} from '../../lib/index.ts';
import {idOf, openSession, read} from '../helpers/session-rig.ts';

test('a connection that comes and goes: suspended, reconnected, the same session', async t => {
	const {driver, session, told} = openSession();
	t.is(session.state.status, 'connecting');
	driver.connect({sessionId: 7n});
	t.is(idOf(session.state), 7n);
	driver.disconnect();
	t.is(session.state.status, 'suspended');
	t.is(idOf(session.state), 7n);
	driver.connect({sessionId: 7n});
	t.deepEqual(told, ['connected', 'suspended', 'reconnected']);
	await session.close();
	t.is(session.state.status, 'closed');
	t.true(driver.closed);
});

test('the server says that the session has expired: lost, then connected with another id', async t => {
	const {driver, session, told} = openSession();
	driver.connect({sessionId: 7n});
	driver.disconnect();
	driver.says.expired();
	t.is(session.state.status, 'lost');
	t.is(session.trustedUntil, -Infinity);
	driver.connect({sessionId: 8n});
	t.is(idOf(session.state), 8n);
	t.deepEqual(told, ['connected', 'suspended', 'lost', 'connected']);
	await session.close();
});

test('a call made without a connection waits for it, and goes out in its order', async t => {
	const {driver, session} = openSession();
	const calls = ['/a', '/b', '/c'].map(path => read(session, path));
	t.is(driver.calls.length, 0);
	driver.connect();
	t.deepEqual(
		driver.calls.map(({request}) => (request as {path: string}).path),
		['/a', '/b', '/c'],
	);
	await session.close();
	driver.renew();
	await Promise.allSettled(calls);
});

test('no more calls wait than are allowed; those that do are not harmed, and an abort makes room', async t => {
	const {driver, session} = openSession({maxWaitingCalls: 2});
	const control = new AbortController();
	const first = read(session, '/a');
	const second = read(session, '/b', control.signal);
	const error = await t.throwsAsync(read(session, '/c'), {instanceOf: ConnectionLossError, message: /get \/c/});
	t.false(error.sent);
	t.true(error.cause instanceof TooManyWaitingError);
	t.is(session.stats.requests.waiting, 2);
	control.abort();
	await t.throwsAsync(second, {instanceOf: AbortedError});
	const third = read(session, '/d');
	driver.connect();
	const fourth = read(session, '/e');
	t.deepEqual(
		driver.calls.map(({request}) => (request as {path: string}).path),
		['/a', '/d', '/e'],
	);
	await session.close();
	driver.renew();
	await Promise.allSettled([first, third, fourth]);
});

test('a call that waits rejects when its session is lost, and is not sent in the next', async t => {
	const {driver, session} = openSession();
	driver.connect();
	driver.disconnect();
	const call = read(session);
	driver.says.expired();
	await t.throwsAsync(call, {instanceOf: SessionExpiredError, message: /^get \/a: /});
	driver.connect({sessionId: 2n});
	t.is(driver.calls.length, 0);
	await session.close();
});

test('a call that may run in any session waits on in the next, in its place', async t => {
	const {driver, session} = openSession();
	driver.connect();
	driver.disconnect();
	const asked = (path: string): Promise<unknown> =>
		session.call('get', {path, watch: false}, {operation: 'get', path}, undefined, 'any');
	const [first, bound, second] = [asked('/a'), read(session, '/bound'), asked('/b')];
	driver.says.expired();
	await t.throwsAsync(bound, {instanceOf: SessionExpiredError});
	t.is(session.stats.requests.waiting, 2);
	const third = asked('/c');
	driver.connect({sessionId: 2n});
	t.deepEqual(
		driver.calls.map(({request}) => (request as {path: string}).path),
		['/a', '/b', '/c'],
	);
	for (const {reply} of driver.calls) reply.resolve('done');
	t.deepEqual(await Promise.all([first, second, third]), ['done', 'done', 'done']);
	driver.disconnect();
	const waiting = asked('/d');
	await Promise.all([session.close(), t.throwsAsync(waiting, {instanceOf: ClientClosedError})]);
});

test('a call of an earlier session is refused, connected or not', async t => {
	const {driver, session} = openSession();
	driver.connect();
	const {era} = session;
	driver.disconnect();
	driver.says.expired();
	const call = (): Promise<unknown> =>
		session.call('get', {path: '/a', watch: false}, {operation: 'get', path: '/a'}, undefined, era);
	await t.throwsAsync(call(), {instanceOf: SessionExpiredError});
	driver.connect({sessionId: 2n});
	await t.throwsAsync(call(), {instanceOf: SessionExpiredError});
	t.is(driver.calls.length, 0);
	await session.close();
});

test('a call that waits too long was never sent', async t => {
	const {session} = openSession({connectTimeout: 1});
	const error = await t.throwsAsync(read(session), {instanceOf: ConnectionLossError});
	t.false(error.sent);
	await session.close();
});

test('an aborted call that waits is never sent', async t => {
	const {driver, session} = openSession();
	const controller = new AbortController();
	const call = read(session, '/a', controller.signal);
	const reason = new Error('enough');
	controller.abort(reason);
	const error = await t.throwsAsync(call, {instanceOf: AbortedError});
	t.is(error.cause, reason);
	driver.connect();
	t.is(driver.calls.length, 0);
	await t.throwsAsync(read(session, '/a', controller.signal), {instanceOf: AbortedError});
	t.is(driver.calls.length, 0);
	await session.close();
});

test('calls in flight learn that they had been sent', async t => {
	const {driver, session} = openSession();
	driver.connect();
	const call = read(session);
	driver.disconnect();
	const error = await t.throwsAsync(call, {instanceOf: ConnectionLossError});
	t.true(error.sent);
	await session.close();
});

test('credentials go first on every connection, then watches, then the calls that waited', async t => {
	const {driver, session} = openSession({credentials: [{scheme: 'digest', auth: Buffer.from('u:p')}]});
	driver.connect();
	driver.calls[0]?.reply.resolve(undefined);
	await turn();
	t.is(session.state.status, 'connected');
	session.watches.add('data', '/w', () => {}, '/w');
	driver.disconnect();
	const call = read(session);
	driver.connect();
	t.deepEqual(
		driver.calls.map(({operation}) => operation),
		['auth', 'setWatches', 'get'],
	);
	t.is(session.state.status, 'suspended', 'reconnected is told once the watches are back');
	for (const {reply} of driver.calls) reply.resolve(undefined);
	await call;
	t.is(session.state.status, 'connected', 'and before anybody goes on with a reply');
	await session.close();
});

test('a refused credential is the end of the client', async t => {
	const {driver, session, told} = openSession({credentials: [{scheme: 'nonsense', auth: Buffer.from('secret')}]});
	driver.connect();
	driver.calls[0]?.reply.reject(new RefusedError(-115));
	const cause = await session.closed;
	t.true(cause instanceof AuthFailedError);
	t.notRegex(String(cause), /secret/);
	t.deepEqual(told, ['closed']);
	await t.throwsAsync(read(session), {instanceOf: ClientClosedError});
});

test('the server answers that the session has expired: one lost, the driver is told', async t => {
	const {driver, session, told} = openSession();
	driver.connect();
	const call = read(session);
	driver.calls[0]?.reply.reject(new RefusedError(-112));
	await t.throwsAsync(call, {instanceOf: SessionExpiredError});
	t.deepEqual(told, ['connected', 'lost']);
	t.is(driver.renewals, 1);
	await session.close();
});

test('a connection that goes before its set-up is done keeps the watches of the calls it carried', async t => {
	const {driver, session} = openSession({credentials: [{scheme: 'digest', auth: Buffer.from('u:p')}]});
	driver.connect();
	session.watches.add('data', '/w', () => {}, '/w');
	driver.disconnect();
	driver.connect();
	t.deepEqual(
		driver.calls.map(({operation}) => operation),
		['auth', 'setWatches'],
	);
	await session.close();
	driver.renew();
});

test('persistent watches are armed one by one in a new session, and told that they missed something', async t => {
	const {driver, session} = openSession();
	const told: string[] = [];
	driver.connect();
	session.watches.addPersistent('recursive', '/p', ({type}) => told.push(type), '/p');
	driver.disconnect();
	driver.says.expired();
	driver.connect({sessionId: 2n});
	t.deepEqual(
		driver.calls.map(({operation, request}) => [operation, request]),
		[['addWatch', {path: '/p', mode: 'recursive'}]],
	);
	driver.calls[0]?.reply.resolve(undefined);
	await turn();
	t.deepEqual(told, ['missed']);
	await session.close();
});

test('close rejects what waits, tells its watches, and is idempotent', async t => {
	const {driver, session, told} = openSession();
	driver.connect();
	session.watches.add('child', '/w', ({type}) => told.push(`watch ${type}`), '/w');
	driver.disconnect();
	const call = read(session);
	const closes = [session.close(), session.close()];
	await t.throwsAsync(call, {instanceOf: ClientClosedError});
	await Promise.all(closes);
	await session.close();
	t.deepEqual(told, ['connected', 'suspended', 'watch lost', 'closed']);
	t.is(await session.closed, undefined);
});
