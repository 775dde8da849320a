import {OversizedError, RefusedError} from '../../lib/driver/driver.ts';
import type {MultiOperation} from '../../lib/driver/operation.ts';
import {type CreateMode, openAcl, readAcl, UnsupportedError} from '../../lib/index.ts';
import type {ZooKeeperVersion} from '../../lib/testing/index.ts';
import {clientSessions} from './client/client-sessions.ts';
import {connecting} from './client/connecting.ts';
import {credentials} from './client/credentials.ts';
import {dataOperations} from './client/data-operations.ts';
import {idempotentWrites} from './client/idempotent-writes.ts';
import {protectedCreates} from './client/protected-creates.ts';
import {recipes} from './client/recipes.ts';
import {transactions} from './client/transactions.ts';
import {views} from './client/views.ts';
import {watching} from './client/watching.ts';
import {type Check, type Checks, create, driverRig, type DriverUnderTest, type Lack} from './driver-rig.ts';
import {sessionConformance} from './session-conformance.ts';

const empty = Buffer.alloc(0);

/** What every driver must do, on a real server of the given line, or on a member of an ensemble. */
export function driverConformance(version: ZooKeeperVersion, subject: DriverUnderTest, members = 1): void {
	declareConformance(driverRig(version, subject, members), subject);
}

/** All checks that are asked of this driver: behind the seam of `lib/driver/driver.ts`, and of a client on it. */
export function declareConformance({check, checkClient}: Checks, subject: DriverUnderTest): void {
	operationConformance(check, subject);
	sessionConformance(check, subject);
	for (const declare of [
		clientSessions,
		connecting,
		credentials,
		dataOperations,
		transactions,
		idempotentWrites,
		protectedCreates,
		views,
		watching,
		recipes,
	])
		declare(checkClient, subject);
}

function operationConformance(check: Check, {lacks}: DriverUnderTest): void {
	function checkIf(capability: Lack, ...args: Parameters<Check>): void {
		if (!lacks.includes(capability)) check(...args);
	}

	check(
		'it says what it cannot, and refuses that with an error that names the driver which can',
		async (t, subject) => {
			const {driver, root} = subject;
			const said = Object.entries(driver.capabilities).filter(([, can]) => !can);
			t.deepEqual(said.map(([capability]) => capability).sort(), [...lacks].sort());
			const create = {path: `${root}/x`, data: Buffer.alloc(0), acl: openAcl, mode: 'persistent'} as const;
			const attempts: Partial<Record<Lack, () => Promise<unknown>>> = {
				multi: () => driver.call('multi', [{type: 'create', ...create}]),
				multiRead: () => driver.call('multiRead', [{type: 'get', path: root}]),
				aclAtCreate: () => driver.call('create', {...create, acl: readAcl}),
				getAcl: () => driver.call('getAcl', {path: root}),
				nullData: () => driver.call('set', {path: root, data: null, version: -1}),
				longTtl: () => driver.call('create', {...create, mode: 'persistent-ttl', ttl: 2 ** 31}),
				binaryCredentials: () => driver.call('auth', {scheme: 'digest', auth: Buffer.from('user:\xff', 'latin1')}),
				persistentWatches: () => driver.call('addWatch', {path: root, mode: 'recursive'}),
				removeWatches: () => driver.call('removeWatches', {path: root, kind: 'data'}),
				ephemerals: () => driver.call('ephemerals', {path: root}),
				descendantCount: () => driver.call('descendantCount', {path: root}),
				whoAmI: () => driver.call('whoAmI', undefined),
				reconfig: () => driver.call('reconfig', {joining: null, leaving: '1', members: null, fromConfig: -1n}),
				sasl: () => driver.call('sasl', {token: Buffer.alloc(0)}),
			};
			for (const lack of lacks) {
				const attempt = attempts[lack];
				if (!attempt) continue;
				const error = await t.throwsAsync(attempt(), {instanceOf: UnsupportedError}, lack);
				t.regex(error.message, /the wire driver has/, lack);
			}
			t.deepEqual((await driver.call('children', {path: root, watch: false})).children, []);
			t.is((await driver.call('exists', {path: root, watch: false})).version, 0);
		},
	);

	check('the handshake', async (t, {log}) => {
		const [handshake] = log.handshakes;
		t.not(handshake?.sessionId, 0n);
		t.is(handshake?.password.length, 16);
		t.is(handshake?.timeout, 4000);
		t.false(handshake?.readOnly);
	});

	check('#22 every mode of create answers the path and the stat', async (t, {driver, log, root}) => {
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

	checkIf('longTtl', 'a TTL may be what a server can keep, and not more', async (t, {driver, root}) => {
		const timed = (name: string, ttl: number): Promise<unknown> =>
			driver.call('create', {path: `${root}/${name}`, data: empty, acl: openAcl, mode: 'persistent-ttl', ttl});
		await timed('long', 2 ** 31);
		await timed('longest', 2 ** 40 - 1);
		const error = await t.throwsAsync(timed('longer', 2 ** 40), {instanceOf: RefusedError});
		t.is(error.resultCode, -8);
	});

	checkIf('binaryCredentials', 'a credential may be any bytes', async (t, {driver, root}) => {
		await driver.call('auth', {scheme: 'digest', auth: Buffer.from('user:\xff', 'latin1')});
		await driver.call('setAcl', {path: root, acl: [{permissions: 'all', scheme: 'auth', id: ''}], version: -1});
		t.is((await driver.call('set', {path: root, data: empty, version: -1})).version, 1);
	});

	check('#20 null, empty and large data are told apart and kept', async (t, {driver, root}) => {
		for (const data of [null, Buffer.alloc(0), Buffer.alloc(1_000_000, 7)]) {
			if (data === null && lacks.includes('nullData')) continue;
			const stat = await driver.call('set', {path: root, data, version: -1});
			const read = await driver.call('get', {path: root, watch: false});
			// AVA's own comparison takes seconds for so many bytes.
			t.true(data === null || read.data === null ? data === read.data : data.equals(read.data));
			t.deepEqual(read.stat, stat);
		}
	});

	check('#20 a request that is too large is not sent, one that is just not is', async (t, {driver, root}) => {
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
		if (!lacks.includes('getAcl'))
			t.deepEqual((await driver.call('getAcl', {path: root})).acl, [...readAcl, ...openAcl]);
		t.is((await driver.call('exists', {path: root, watch: false})).numChildren, 1);
	});

	check('#28 refusals carry the code of the server', async (t, {driver, root}) => {
		const refused = async (call: Promise<unknown>): Promise<number | undefined> => {
			const error = await t.throwsAsync(call, {instanceOf: RefusedError});
			return error.resultCode;
		};
		await create(driver, `${root}/a`);
		await create(driver, `${root}/e`, 'ephemeral');
		t.is(await refused(driver.call('get', {path: `${root}/x`, watch: false})), -101);
		t.is(await refused(driver.call('set', {path: root, data: empty, version: 9})), -103);
		t.is(await refused(create(driver, `${root}/e/child`)), -108);
		t.is(await refused(create(driver, `${root}/a`)), -110);
		t.is(await refused(driver.call('delete', {path: root, version: -1})), -111);
		t.is(await refused(driver.call('setAcl', {path: root, acl: [], version: -1})), -114);
		if (!lacks.includes('removeWatches'))
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
		// Without the stat in its reply a create is complete only after a read of its own.
		const expected = ['create', 'list', 'refusal'].filter(call => call !== 'create' || !lacks.includes('statInReply'));
		t.deepEqual(
			order.filter(call => expected.includes(call)),
			expected,
		);
	});

	checkIf('multi', '#27 a multi is done as a whole or not at all', async (t, {driver, root}) => {
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

	check('#31 #34 an event comes before the reply that shows the change', async (t, {driver, log, root}) => {
		await driver.call('get', {path: root, watch: true});
		await driver.call('children', {path: root, watch: true});
		await t.throwsAsync(driver.call('exists', {path: `${root}/c`, watch: true}), {instanceOf: RefusedError});
		log.entries.length = 0;
		await create(driver, `${root}/c`).then(() => log.entries.push('own create'));
		t.deepEqual(log.entries, [`created ${root}/c`, `children ${root}`, 'own create']);
		await driver.call('set', {path: root, data: empty, version: -1}).then(() => log.entries.push('own set'));
		t.deepEqual(log.entries.slice(3), [`changed ${root}`, 'own set']);
		await driver.call('set', {path: root, data: empty, version: -1});
		t.is(log.events.length, 3, 'each is told once');
	});

	checkIf(
		'persistentWatches',
		'#35 persistent watches tell every change until they are taken back',
		async (t, {driver, log, root}) => {
			await driver.call('addWatch', {path: root, mode: 'recursive'});
			await create(driver, `${root}/a`);
			await create(driver, `${root}/a/b`);
			await driver.call('delete', {path: `${root}/a/b`, version: -1});
			const all = [`created ${root}/a`, `created ${root}/a/b`, `deleted ${root}/a/b`];
			t.deepEqual(log.entries.slice(1), all);
			await driver.call('removeWatches', {path: root, kind: 'any'});
			await driver.call('delete', {path: `${root}/a`, version: -1});
			t.deepEqual(log.entries.slice(1), all);
		},
	);
}
