import {NoNodeError, TransactionError, type WatchNotice} from '../../../lib/index.ts';
import {Mutex} from '../../../recipes/index.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {until} from '../../helpers/until.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

/** What a client must do below a chroot and in a namespace. */
export function views(check: ClientCheck, {lacks}: DriverUnderTest): void {
	check('#18 a chroot holds for every operation, event, error and result', async (t, {proxy, direct, connect}) => {
		await direct.create('/app/a', 'x', {createParents: true});
		await using inside = await connect(`${proxy.address}/app`, {sessionTimeout: 40_000});
		const told: WatchNotice[] = [];
		const watch = (notice: WatchNotice): void => void told.push(notice);
		t.is((await inside.get('/a', {watch})).data?.toString(), 'x');
		t.deepEqual((await inside.children('/', {watch})).children, ['a']);
		t.is(await inside.exists('/b', {watch}), undefined);
		t.is((await inside.create('/b')).path, '/b');
		t.regex((await inside.create('/', '', {mode: 'ephemeral-sequential', protect: false})).path, /^\/\d{10}$/);
		t.regex((await inside.create('/n-', '', {mode: 'ephemeral-sequential'})).path, /^\/_c_[0-9a-f-]+-n-\d{10}$/);
		await inside.set('/a', 'y');
		await inside.setAcl('/a', (await direct.getAcl('/app/a')).acl);
		await inside.sync('/');
		t.deepEqual(told, [
			{type: 'created', path: '/b'},
			{type: 'children', path: '/'},
			{type: 'changed', path: '/a'},
		]);
		await t.throwsAsync(inside.get('/nothing'), {message: /^get \/nothing: /});
		const reconnected = nextEvent(inside, 'reconnected');
		told.length = 0;
		await inside.get('/a', {watch});
		proxy.reset();
		await reconnected;
		await direct.set('/app/a', 'z');
		await until(() => told.length > 0);
		t.deepEqual(told, [{type: 'changed', path: '/a'}]);
		t.deepEqual(
			(await direct.children('/')).children.filter(name => name.startsWith('app')),
			['app'],
		);
		await inside.delete('/a');
		t.is(await direct.exists('/app/a'), undefined);
	});

	check('#18 events and watches of a namespace speak its paths; a lock in it is a lock', async (t, scene) => {
		await using client = await scene.connect(scene.server.connectString);
		const orders = client.namespace('watched');
		await orders.create('/a', '1');
		const notices: WatchNotice[] = [];
		await orders.get('/a', {watch: notice => notices.push(notice)});
		await orders.children('/', {watch: notice => notices.push(notice)});
		await client.set('/watched/a', '2');
		await client.create('/watched/b');
		await until(() => notices.length === 2);
		t.deepEqual(notices, [
			{type: 'changed', path: '/a'},
			{type: 'children', path: '/'},
		]);
		await using lease = await new Mutex(orders, '/lock').acquire();
		t.true(lease.path.startsWith('/lock/'));
		t.is((await client.children('/watched/lock')).children.length, 1);
	});

	if (lacks.includes('multi')) return;

	check('#18 a chroot holds in transactions and for ACLs', async (t, {direct, server, connect}) => {
		await direct.create('/multi/a', '', {createParents: true});
		await using inside = await connect(`${server.connectString}/multi`);
		await inside.setAcl('/a', (await inside.getAcl('/a')).acl);
		const results = await inside
			.transaction()
			.create('/t')
			.set('/t', '1')
			.check('/t', {version: 1})
			.delete('/t')
			.commit();
		t.deepEqual(
			results.map(({operation, path}) => `${operation} ${path}`),
			['create /t', 'set /t', 'check /t', 'delete /t'],
		);
		const refused = await t.throwsAsync(inside.transaction().check('/a').delete('/nothing').commit(), {
			instanceOf: TransactionError,
		});
		t.is(refused.index, 1);
		t.true(refused.cause instanceof NoNodeError);
		t.is(refused.cause.path, '/nothing');
	});
}
