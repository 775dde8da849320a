import {
	BadVersionError,
	creatorAcl,
	InvalidAclError,
	InvalidArgumentError,
	NoChildrenForEphemeralsError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	readAcl,
	RequestTooLargeError,
} from '../../../lib/index.ts';
import {until} from '../../helpers/until.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

/** What a client must do with znodes and their data. */
export function dataOperations(check: ClientCheck, {lacks}: DriverUnderTest): void {
	check('#20 what is too large is refused here, alone or as a sum, and the client goes on', async (t, scene) => {
		await using client = await scene.connect(scene.server.connectString, {sessionTimeout: 40_000});
		await t.throwsAsync(client.create('/large', Buffer.alloc(2 ** 20)), {instanceOf: RequestTooLargeError});
		await client.create('/half');
		const half = Buffer.alloc(600_000);
		if (!lacks.includes('multi')) {
			const error = await t.throwsAsync(client.transaction().set('/half', half).set('/half', half).commit(), {
				instanceOf: RequestTooLargeError,
			});
			t.regex(error.message, /^multi \/half: /);
		}
		await client.set('/half', Buffer.alloc(1_000_000));
		t.is((await client.get('/half')).data?.length, 1_000_000);
	});

	check('#20 null, empty and text', async (t, {server, connect}) => {
		await using client = await connect(server.connectString);
		await client.create('/data', 'first');
		if (!lacks.includes('nullData')) {
			await client.set('/data', null);
			t.is((await client.get('/data')).data, null);
		}
		await client.set('/data', '');
		t.deepEqual((await client.get('/data')).data, Buffer.alloc(0));
		await client.set('/data', 'grüße');
		t.is((await client.get('/data')).data?.toString(), 'grüße');
	});

	check(
		'#22 an emptied container goes, and so does a znode whose time is over; a parent stays',
		async (t, {server, connect}) => {
			await using client = await connect(server.connectString, {sessionTimeout: 40_000});
			await client.create('/container', '', {mode: 'container'});
			await client.create('/container/child');
			const ttl = 50;
			await client.create('/parent', '', {mode: 'persistent-ttl', ttl: 3000});
			await client.create('/parent/child');
			// The one that is read behind its create on some drivers has to be there by then.
			await client.create('/timed', '', {mode: 'persistent-ttl', ttl: lacks.includes('statInReply') ? 2000 : ttl});
			await client.delete('/container/child');
			for (const gone of ['/container', '/timed']) await until(async () => (await client.exists(gone)) === undefined);
			t.truthy(await client.exists('/parent'));
		},
	);

	check('#28 refusals are typed, with operation, path and code', async (t, {server, connect}) => {
		await using client = await connect(server.connectString);
		await client.create('/refusals/e', '', {mode: 'ephemeral', createParents: true});
		const malformed = [{permissions: 'all', scheme: 'digest', id: 'malformed'}] as const;
		for (const [call, instanceOf, message] of [
			[client.get('/nothing'), NoNodeError, /^get \/nothing: /],
			[client.children('/nothing'), NoNodeError, /^children \/nothing: /],
			[client.create('/no/parent'), NoNodeError, /^create \/no\/parent: /],
			[client.create('/refusals'), NodeExistsError, /^create \/refusals: /],
			[client.create('/refusals/e/child'), NoChildrenForEphemeralsError, /^create \/refusals\/e\/child: /],
			[client.set('/refusals', 'x', {version: 7}), BadVersionError, /^set \/refusals: /],
			[client.delete('/refusals'), NotEmptyError, /^delete \/refusals: /],
			[client.delete('/refusals/e', {version: 7}), BadVersionError, /^delete \/refusals\/e: /],
			[client.setAcl('/refusals', readAcl, {version: 7}), BadVersionError, /^setAcl \/refusals: /],
			[client.setAcl('/refusals', malformed), InvalidAclError, /^setAcl/],
			...(lacks.includes('aclAtCreate')
				? []
				: [[client.create('/mine', null, {acl: creatorAcl}), InvalidAclError, /^create \/mine: /] as const]),
		] as const) {
			const error = await t.throwsAsync(call, {instanceOf, message});
			t.truthy(error.path);
		}
		t.is(await client.exists('/nothing'), undefined);
	});

	check('#23 parents that others delete meanwhile are created again', async (t, scene) => {
		const {proxy, direct, connect, createOperation} = scene;
		await using creator = await connect(proxy.address, {sessionTimeout: 40_000});
		const root = '/vanishing';
		for (const round of [1, 2]) {
			await direct.create(`${root}/a`, '', {createParents: true});
			const held = proxy.hold({request: createOperation});
			const creating = creator.create(`${root}/a/b-${round}`, 'x', {createParents: true});
			await held.arrived;
			await direct.deleteTree(root);
			held.release();
			t.is((await creating).path, `${root}/a/b-${round}`);
			await direct.deleteTree(root);
		}
	});

	check(
		'#23 ensure: creates with parents, or leaves what is there, also when somebody comes between',
		async (t, scene) => {
			const {proxy, server, direct, connect, createOperation} = scene;
			await using owner = await connect(server.connectString);
			await using client = await connect(proxy.address, {sessionTimeout: 40_000});
			const made = await owner.ensure('/ensured/deep', 'data', {mode: 'ephemeral'});
			t.true(made.created);
			t.is(made.stat.ephemeralOwner, owner.session?.id ?? 0n);
			t.deepEqual(await client.ensure('/ensured/deep', 'other'), {stat: made.stat, created: false});
			t.is((await client.get('/ensured/deep')).data?.toString(), 'data');
			t.deepEqual((await client.get('/ensured')).data, Buffer.alloc(0));

			const lost = proxy.resetOn({reply: createOperation});
			t.true((await client.ensure('/ensured/lost')).created);
			t.is(lost.hits, 1);

			using held = proxy.hold({request: createOperation});
			const racing = client.ensure('/ensured/raced', 'mine');
			await held.arrived;
			await direct.create('/ensured/raced', 'theirs');
			held.release();
			t.deepEqual(await racing, {stat: (await direct.exists('/ensured/raced'))!, created: false});
		},
	);

	check('#21 bad arguments are refused before any I/O', async (t, {server, connect}) => {
		await using client = await connect(server.connectString);
		const bad = '/a/../b';
		for (const call of [
			client.get(bad),
			client.create('relative'),
			client.create('/a/'),
			client.set('', 'x'),
			client.delete('/a//b'),
			client.exists('/a\u0000'),
			client.set('/', 'x', {version: 1.5}),
			client.create('/a', 'x', {mode: 'forever' as 'persistent'}),
			client.create('/a', 'x', {ttl: 5}),
			client.create('/a', 'x', {mode: 'persistent-ttl'}),
			client.create('/a', 'x', {mode: 'persistent-ttl', ttl: 0}),
			client.create('/a', 'x', {mode: 'persistent-ttl', ttl: 2 ** 40}),
			client.create('/a', 'x', {acl: []}),
			client.set('/', 5 as unknown as string),
			client.unwatch(bad, () => {}),
			client.unwatchAll(bad),
			client.unwatchAll('/', {kind: 'child' as 'children'}),
			client.deleteGuaranteed(bad),
			client.addAuth('', 'secret'),
			client.addAuth('digest', 5 as unknown as string),
		])
			await t.throwsAsync(call, {instanceOf: InvalidArgumentError});
		for (const call of [
			() => client.watch(bad),
			() => client.transaction().create('a'),
			() => client.transaction().set('/', 'x', {version: 1.5}),
			() => client.transaction().create('/a', 'x', {mode: 'persistent-ttl'}),
			() => client.transaction().delete('/', {version: 2 ** 40}),
		])
			t.throws(call, {instanceOf: InvalidArgumentError});
		await client.create('/slash');
		t.regex(
			(await client.create('/slash/', '', {mode: 'persistent-sequential', protect: false})).path,
			/^\/slash\/\d{10}$/,
		);
	});
}
