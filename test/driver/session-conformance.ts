import {DisconnectedError, RefusedError} from '../../lib/driver/driver.ts';
import type {WatchTables} from '../../lib/driver/operation.ts';
import {creatorAcl, openAcl} from '../../lib/index.ts';
import {openDriver} from '../helpers/open-driver.ts';
import {until} from '../helpers/until.ts';
import {type Check, create, type DriverUnderTest} from './driver-rig.ts';

const empty = Buffer.alloc(0);
const noTables: WatchTables = {data: [], exist: [], child: [], persistent: [], recursive: []};

/** What every driver must do as sessions and connections come and go. */
export function sessionConformance(check: Check, {open, lacks}: DriverUnderTest): void {
	check(
		'#1 #5 #32 after a reset the same session goes on, and missed changes are told before setWatches is answered',
		async (t, {driver, log, root}) => {
			await create(driver, `${root}/e`, 'ephemeral');
			for (const path of [root, `${root}/e`]) await driver.call('get', {path, watch: true});
			const other = open(t.context.server.connectString, 4000);
			t.teardown(() => other.close(2000));
			await openDriver(other);
			const inFlight = t.context.proxy.hold({reply: 'exists'});
			const lost = driver.call('exists', {path: root, watch: false});
			await inFlight.arrived;
			t.context.proxy.refuse();
			t.true((await t.throwsAsync(lost, {instanceOf: DisconnectedError})).sent);
			await log.told('disconnected');
			t.false((await t.throwsAsync(driver.call('sync', {path: root}), {instanceOf: DisconnectedError})).sent);
			await other.call('set', {path: root, data: empty, version: -1});
			await t.context.proxy.restore();
			await log.told('connected', 2);
			t.is(log.handshakes[1]?.sessionId, log.handshakes[0]?.sessionId);
			// What a read shows, the event has told.
			await driver.call('setWatches', {...noTables, data: [root, `${root}/e`]}).then(() => log.entries.push('armed'));
			t.deepEqual(log.entries.slice(1), ['disconnected', 'connected', `changed ${root}`, 'armed']);
			await driver.call('delete', {path: `${root}/e`, version: -1});
			t.is(log.entries.at(-1), `deleted ${root}/e`);
		},
	);

	check('#2 a session that was killed is expired, and a new one opens', async (t, {driver, log}) => {
		const [first] = log.handshakes;
		// Who kills it takes it over first, and the driver must not win it back meanwhile.
		t.context.proxy.refuse();
		if (first) await t.context.server.killSession(first.sessionId, first.password);
		await t.context.proxy.restore();
		await log.told('expired');
		await until(() => log.entries.at(-1) === 'connected');
		t.deepEqual(log.entries, ['connected', 'disconnected', 'expired', 'connected']);
		const [fresh, ...earlier] = log.handshakes.map(({sessionId}) => sessionId).reverse();
		t.not(fresh, first?.sessionId);
		t.true(earlier.every(sessionId => sessionId === first?.sessionId));
		await driver.call('sync', {path: '/'});
	});

	check('renew: nothing more of the old session, then a new one', async (t, {driver, log, root}) => {
		const call = driver.call('get', {path: root, watch: false});
		driver.renew();
		await t.throwsAsync(call, {instanceOf: DisconnectedError});
		await log.told('connected', 2);
		t.deepEqual(log.entries, ['connected', 'connected']);
		t.not(log.handshakes[1]?.sessionId, log.handshakes[0]?.sessionId);
	});

	check('each answer proves when the session lived', async (t, {driver, log, root}) => {
		const before = performance.now();
		await driver.call('sync', {path: root});
		const sentAt = log.answers.at(-1) ?? 0;
		t.true(before <= sentAt && sentAt <= performance.now());
		log.answers.length = 0;
		t.timeout(10_000);
		while (log.answers.length === 0) await new Promise(resolve => setTimeout(resolve, 50));
		t.pass('an idle connection is kept alive');
	});

	check('#16 credentials go with a connection, and are asked for by ACLs', async (t, {driver, root}) => {
		await driver.call('auth', {scheme: 'digest', auth: Buffer.from('user:password')});
		const path = `${root}/mine`;
		const acl = lacks.includes('aclAtCreate') ? openAcl : creatorAcl;
		const created = driver.call('create', {path, data: empty, acl, mode: 'persistent'});
		await Promise.all([driver.call('sync', {path: root}), created]);
		if (acl !== creatorAcl) await driver.call('setAcl', {path, acl: creatorAcl, version: -1});
		await driver.call('get', {path, watch: false});
		const other = open(t.context.server.connectString, 4000);
		t.teardown(() => other.close(2000));
		await openDriver(other);
		t.is((await t.throwsAsync(other.call('get', {path, watch: false}), {instanceOf: RefusedError})).resultCode, -102);
		const wrong = other.call('auth', {scheme: 'nonsense', auth: Buffer.from('x')});
		t.is((await t.throwsAsync(wrong, {instanceOf: RefusedError})).resultCode, -115);
	});

	check('#9 close ends the session, and nothing is told afterwards', async (t, {driver, log, root}) => {
		const {path} = await create(driver, `${root}/e`, 'ephemeral');
		await driver.call('get', {path, watch: true});
		const call = driver.call('sync', {path: root});
		await driver.close(2000);
		await t.notThrowsAsync(call);
		t.deepEqual(log.entries, ['connected']);
		await t.throwsAsync(driver.call('sync', {path: root}), {instanceOf: DisconnectedError});
		const other = open(t.context.server.connectString, 4000);
		t.teardown(() => other.close(2000));
		await openDriver(other);
		await t.throwsAsync(other.call('exists', {path, watch: false}), {instanceOf: RefusedError});
	});
}
