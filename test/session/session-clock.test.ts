import ava from 'ava';
import {RefusedError} from '../../lib/driver/driver.ts';
import {block} from '../helpers/block.ts';
import {idOf, openSession, read} from '../helpers/session-rig.ts';

// One at a time: they block the event loop.
const test = ava.serial;

test('the clock ends a session without any server, once; trust ends first', async t => {
	const {driver, session, told, emitter} = openSession();
	const untrusted = new Promise<number>(resolve => {
		emitter.once('untrusted', () => resolve(session.trustedUntil - performance.now()));
	});
	const lost = new Promise<void>(resolve => {
		emitter.once('lost', () => resolve());
	});
	driver.connect({timeout: 60});
	driver.disconnect();
	await lost;
	t.true((await untrusted) <= 0);
	t.deepEqual(told, ['connected', 'suspended', 'untrusted', 'lost']);
	t.is(driver.renewals, 1);
	await session.close();
});

test('in a new session trust ends in time again', async t => {
	const {driver, session, told, emitter} = openSession();
	driver.connect({timeout: 60});
	block(70);
	session.checkClock();
	t.deepEqual(told.splice(0), ['connected', 'untrusted', 'lost']);
	driver.connect({sessionId: 2n, timeout: 400});
	const expiresAt = performance.now() + 400;
	await new Promise<void>(resolve => {
		emitter.once('untrusted', () => resolve());
	});
	t.is(session.state.status, 'connected');
	t.true(performance.now() < expiresAt || session.trustedUntil < performance.now());
	await session.close();
});

test('a late answer restores the trust, and its end is told again', async t => {
	const {driver, session, told} = openSession();
	driver.connect({timeout: 400});
	block(310);
	const sentAt = performance.now();
	session.checkClock();
	t.deepEqual(told, ['connected', 'untrusted']);
	driver.says.answered(sentAt);
	t.true(session.trustedUntil > performance.now());
	block(310);
	session.checkClock();
	t.deepEqual(told, ['connected', 'untrusted', 'untrusted']);
	await session.close();
});

test('a blocked event loop: lost is told before any reply or event that arrived meanwhile', async t => {
	const {driver, session, told} = openSession();
	driver.connect({timeout: 50});
	session.watches.add('data', '/w', ({type}) => told.push(`watch ${type}`), '/w');
	const sentAt = performance.now();
	block(60);
	driver.says.event({type: 'changed', path: '/w'});
	driver.says.answered(sentAt);
	t.deepEqual(told, ['connected', 'untrusted', 'watch lost', 'lost']);
	t.is(driver.renewals, 1);
	await session.close();
});

test('a call right after the wake belongs to the next session only', async t => {
	const {driver, session, told} = openSession();
	driver.connect({timeout: 50});
	block(60);
	const call = read(session);
	t.deepEqual(told, ['connected', 'untrusted', 'lost']);
	t.is(driver.calls.length, 0);
	driver.connect({sessionId: 2n});
	t.is(driver.calls.length, 1);
	driver.calls[0]?.reply.reject(new RefusedError(-101));
	await t.throwsAsync(call, {code: 'NO_NODE'});
	await session.close();
});

test('a resumption that comes after the session has ended by our own clock is not accepted', async t => {
	const {driver, session, told} = openSession();
	driver.connect({sessionId: 1n, timeout: 50});
	driver.disconnect();
	const sentAt = performance.now();
	block(60);
	driver.connect({sessionId: 1n, timeout: 50, sentAt});
	t.deepEqual(told, ['connected', 'suspended', 'untrusted', 'lost']);
	t.is(session.state.status, 'lost');
	t.is(driver.renewals, 1);
	driver.connect({sessionId: 2n});
	t.is(idOf(session.state), 2n);
	await session.close();
});
