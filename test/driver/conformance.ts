import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import {DisconnectedError, type Driver, OversizedError, RefusedError} from '../../lib/driver/driver.ts';
import type {MultiOperation, WatchTables} from '../../lib/driver/operation.ts';
import {type CreateMode, openAcl, readAcl} from '../../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';
import {type DriverLog, openDriver} from '../helpers/open-driver.ts';

type Context = {server: TestingServer; proxy: FaultProxy};
type Subject = {readonly driver: Driver; readonly log: DriverLog; readonly root: string};

export type DriverUnderTest = {
	readonly name: string;
	/** Asks for sessions of `sessionTimeout` ms and refuses requests above 1,048,575 bytes. */
	readonly open: (address: string, sessionTimeout: number) => Driver;
};

const noTables: WatchTables = {data: [], exist: [], child: [], persistent: [], recursive: []};

/** What every driver must do behind the seam of `lib/driver/driver.ts`, on a real server of the given line. */
export function driverConformance(version: ZooKeeperVersion, {name, open}: DriverUnderTest): void {
	const test = anyTest as TestFn<Context>;
	let tests = 0;

	test.before(`${name} on ${version}: start the server`, async t => {
		const server = await TestingServer.start({version});
		t.context = {server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
	});
	test.after.always(`${name} on ${version}: stop the server`, async t => {
		await t.context.proxy.close();
		await t.context.server.close();
	});

	function check(title: string, run: (t: ExecutionContext<Context>, subject: Subject) => Promise<void>): void {
		const root = `/conformance-${++tests}`;
		// One at a time: some of them reset every connection.
		test.serial(`${name} on ${version}: ${title}`, async t => {
			const driver = open(t.context.proxy.address, 4000);
			const log = await openDriver(driver);
			await create(driver, root);
			try {
				await run(t, {driver, log, root});
			} finally {
				await driver.close(2000);
			}
		});
	}

	check('the handshake', async (t, {log}) => {
		const [handshake] = log.handshakes;
		t.not(handshake?.sessionId, 0n);
		t.is(handshake?.password.length, 16);
		t.is(handshake?.timeout, 4000);
		t.false(handshake?.readOnly);
	});

	check('every mode of create answers the path and the stat', async (t, {driver, log, root}) => {
		const owner = log.handshakes[0]?.sessionId;
		const modes: readonly [CreateMode, bigint | undefined, RegExp][] = [
			['persistent', 0n, /\/n$/],
			['ephemeral', owner, /\/n$/],
			['persistent-sequential', 0n, /\/n\d{10}$/],
			['ephemeral-sequential', owner, /\/n\d{10}$/],
			['container', 0n, /\/n$/],
			['persistent-ttl', 0n, /\/n$/],
			['persistent-sequential-ttl', 0n, /\/n\d{10}$/],
		];
		for (const [mode, ephemeralOwner, pattern] of modes) {
			const path = `${root}/${mode}`;
			await create(driver, path);
			const ttl = mode.endsWith('ttl') ? 60_000 : undefined;
			const created = await driver.call('create', {
				path: `${path}/n`,
				data: Buffer.from('four'),
				acl: openAcl,
				mode,
				ttl,
			});
			t.regex(created.path, pattern, mode);
			t.is(created.stat.ephemeralOwner, ephemeralOwner ?? -1n, mode);
			t.is(created.stat.dataLength, 4);
			t.is(created.stat.czxid, created.stat.mzxid);
			t.true(created.stat.czxid > 0n);
			t.true(Math.abs(created.stat.ctime - Date.now()) < 60_000);
		}
	});

	check('null, empty and large data are told apart and kept', async (t, {driver, root}) => {
		for (const data of [null, Buffer.alloc(0), Buffer.alloc(1_000_000, 7)]) {
			const stat = await driver.call('set', {path: root, data, version: -1});
			t.deepEqual(await driver.call('get', {path: root, watch: false}), {data, stat});
		}
	});

	check('a request that is too large is not sent, one that is just not is', async (t, {driver, root}) => {
		const set = (length: number): Promise<unknown> =>
			driver.call('set', {path: root, data: Buffer.alloc(length), version: -1});
		// xid, type, the path, the data, the version: each length takes four bytes more.
		const fits = 1_048_575 - 4 - 4 - (4 + root.length) - 4 - 4;
		const error = await t.throwsAsync(set(fits + 1), {instanceOf: OversizedError});
		t.is(error.size, 1_048_576);
		await set(fits);
		t.is((await driver.call('exists', {path: root, watch: false})).dataLength, fits);
	});

	check('reads and writes answer what the server has', async (t, {driver, root}) => {
		await create(driver, `${root}/ä`);
		await create(driver, `${root}/b`);
		const {children, stat} = await driver.call('children', {path: root, watch: false});
		t.deepEqual([...children].sort(), ['b', 'ä']);
		t.is(stat.numChildren, 2);
		await driver.call('delete', {path: `${root}/b`, version: 0});
		await driver.call('sync', {path: root});
		const set = await driver.call('setAcl', {path: root, acl: [...readAcl, ...openAcl], version: 0});
		t.is(set.aversion, 1);
		t.deepEqual((await driver.call('getAcl', {path: root})).acl, [...readAcl, ...openAcl]);
		t.is((await driver.call('exists', {path: root, watch: false})).numChildren, 1);
	});

	check('refusals carry the code of the server', async (t, {driver, root}) => {
		const refused = async (call: Promise<unknown>): Promise<number | undefined> => {
			const error = await t.throwsAsync(call, {instanceOf: RefusedError});
			return error.resultCode;
		};
		await create(driver, `${root}/a`);
		await create(driver, `${root}/e`, 'ephemeral');
		t.is(await refused(driver.call('get', {path: `${root}/x`, watch: false})), -101);
		t.is(await refused(driver.call('set', {path: root, data: null, version: 9})), -103);
		t.is(await refused(create(driver, `${root}/e/child`)), -108);
		t.is(await refused(create(driver, `${root}/a`)), -110);
		t.is(await refused(driver.call('delete', {path: root, version: -1})), -111);
		t.is(await refused(driver.call('setAcl', {path: root, acl: [], version: -1})), -114);
		t.is(await refused(driver.call('removeWatches', {path: root, kind: 'data'})), -121);
	});

	check('a list sent behind a create contains it; calls are answered in their order', async (t, {driver, root}) => {
		const order: string[] = [];
		const created = create(driver, `${root}/q-`, 'ephemeral-sequential').finally(() => order.push('create'));
		const listed = driver.call('children', {path: root, watch: false}).finally(() => order.push('list'));
		const failed = create(driver, `${root}/no/parent`)
			.catch(() => undefined)
			.finally(() => order.push('refusal'));
		const {path} = await created;
		t.true((await listed).children.includes(path.slice(root.length + 1)));
		await failed;
		t.deepEqual(order, ['create', 'list', 'refusal']);
	});

	check('a multi is done as a whole or not at all', async (t, {driver, root}) => {
		const make: MultiOperation = {type: 'create', path: `${root}/m`, data: null, acl: openAcl, mode: 'persistent'};
		const outcomes = await driver.call('multi', [
			make,
			{type: 'set', path: `${root}/m`, data: Buffer.from('1'), version: 0},
			{type: 'check', path: `${root}/m`, version: 1},
			{...make, path: `${root}/s-`, mode: 'ephemeral-sequential'},
			{type: 'delete', path: `${root}/m`, version: 1},
		]);
		t.deepEqual(
			outcomes.map(({type}) => type),
			['create', 'set', 'check', 'create', 'delete'],
		);
		t.true(outcomes[3]?.type === 'create' && /-\d{10}$/.test(outcomes[3].path) && outcomes[3].stat !== undefined);
		const refused = await driver.call('multi', [
			make,
			{type: 'check', path: root, version: 99},
			{type: 'delete', path: root, version: -1},
		]);
		t.deepEqual(
			refused,
			[0, -103, -2].map(resultCode => ({type: 'error', resultCode})),
		);
		await t.throwsAsync(driver.call('get', {path: `${root}/m`, watch: false}), {instanceOf: RefusedError});
	});

	check('an event comes before the reply that shows the change', async (t, {driver, log, root}) => {
		await driver.call('get', {path: root, watch: true});
		await driver.call('children', {path: root, watch: true});
		await t.throwsAsync(driver.call('exists', {path: `${root}/c`, watch: true}), {instanceOf: RefusedError});
		log.entries.length = 0;
		await create(driver, `${root}/c`).then(() => log.entries.push('own create'));
		t.deepEqual(log.entries, [`created ${root}/c`, `children ${root}`, 'own create']);
		await driver.call('set', {path: root, data: null, version: -1}).then(() => log.entries.push('own set'));
		t.deepEqual(log.entries.slice(3), [`changed ${root}`, 'own set']);
		await driver.call('set', {path: root, data: null, version: -1});
		t.is(log.events.length, 3, 'each is told once');
	});

	check('persistent watches tell every change until they are taken back', async (t, {driver, log, root}) => {
		await driver.call('addWatch', {path: root, mode: 'recursive'});
		await create(driver, `${root}/a`);
		await create(driver, `${root}/a/b`);
		await driver.call('delete', {path: `${root}/a/b`, version: -1});
		const all = [`created ${root}/a`, `created ${root}/a/b`, `deleted ${root}/a/b`];
		t.deepEqual(log.entries.slice(1), all);
		await driver.call('removeWatches', {path: root, kind: 'any'});
		await driver.call('delete', {path: `${root}/a`, version: -1});
		t.deepEqual(log.entries.slice(1), all);
	});

	check(
		'after a reset the same session goes on, and missed changes are told before setWatches is answered',
		async (t, {driver, log, root}) => {
			await create(driver, `${root}/e`, 'ephemeral');
			for (const path of [root, `${root}/e`]) await driver.call('get', {path, watch: true});
			const other = open(t.context.server.connectString, 4000);
			await openDriver(other);
			const inFlight = t.context.proxy.hold({reply: 'exists'});
			const lost = driver.call('exists', {path: root, watch: false});
			await inFlight.arrived;
			t.context.proxy.refuse();
			t.true((await t.throwsAsync(lost, {instanceOf: DisconnectedError})).sent);
			await log.told('disconnected');
			t.false((await t.throwsAsync(driver.call('sync', {path: root}), {instanceOf: DisconnectedError})).sent);
			await other.call('set', {path: root, data: null, version: -1});
			await other.close(2000);
			await t.context.proxy.restore();
			await log.told('connected', 2);
			t.is(log.handshakes[1]?.sessionId, log.handshakes[0]?.sessionId);
			if (!driver.capabilities.restoresWatches)
				await driver.call('setWatches', {...noTables, data: [root, `${root}/e`]}).then(() => log.entries.push('armed'));
			t.deepEqual(log.entries.slice(1), ['disconnected', 'connected', `changed ${root}`, 'armed']);
			await driver.call('delete', {path: `${root}/e`, version: -1});
			t.is(log.entries.at(-1), `deleted ${root}/e`);
		},
	);

	check('a session that was killed is expired, and a new one opens', async (t, {driver, log}) => {
		const [first] = log.handshakes;
		if (first) await t.context.server.killSession(first.sessionId, first.password);
		await log.told('connected', 2);
		t.deepEqual(log.entries, ['connected', 'disconnected', 'expired', 'connected']);
		t.not(log.handshakes[1]?.sessionId, first?.sessionId);
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

	check('credentials', async (t, {driver, root}) => {
		const acl = [{permissions: 'all', scheme: 'auth', id: ''}] as const;
		await driver.call('auth', {scheme: 'digest', auth: Buffer.from('user:password')});
		const request = {path: `${root}/mine`, data: null, acl, mode: 'persistent'} as const;
		const [, {path}] = await Promise.all([driver.call('sync', {path: root}), driver.call('create', request)]);
		await driver.call('get', {path, watch: false});
		const other = open(t.context.server.connectString, 4000);
		await openDriver(other);
		t.is((await t.throwsAsync(other.call('get', {path, watch: false}), {instanceOf: RefusedError})).resultCode, -102);
		const wrong = other.call('auth', {scheme: 'nonsense', auth: Buffer.from('x')});
		t.is((await t.throwsAsync(wrong, {instanceOf: RefusedError})).resultCode, -115);
		await other.close(2000);
	});

	check('close ends the session, and nothing is told afterwards', async (t, {driver, log, root}) => {
		const {path} = await create(driver, `${root}/e`, 'ephemeral');
		await driver.call('get', {path, watch: true});
		const call = driver.call('sync', {path: root});
		await driver.close(2000);
		await t.notThrowsAsync(call);
		t.deepEqual(log.entries, ['connected']);
		await t.throwsAsync(driver.call('sync', {path: root}), {instanceOf: DisconnectedError});
		const other = open(t.context.server.connectString, 4000);
		await openDriver(other);
		await t.throwsAsync(other.call('exists', {path, watch: false}), {instanceOf: RefusedError});
		await other.close(2000);
	});
}

function create(driver: Driver, path: string, mode: CreateMode = 'persistent'): Promise<{readonly path: string}> {
	return driver.call('create', {path, data: Buffer.alloc(0), acl: openAcl, mode});
}
