import {type Client, json, text} from '../../../lib/index.ts';
import {Mutex, WatchedConfig} from '../../../recipes/index.ts';
import {eventually} from '../../helpers/eventually.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {listenerCount, watchesUnder} from '../../helpers/proxied-client.ts';
import {until} from '../../helpers/until.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

const counter = json<number>();

async function becomes<T>(config: WatchedConfig<T> | WatchedConfig<T, never>, value: T): Promise<void> {
	await eventually(
		() => config.current?.value,
		seen => seen === value,
	);
}

/** What recipes ask of a client most: a watched value, and a lock. */
export function recipes(check: ClientCheck, {lacks}: DriverUnderTest): void {
	check('#38 #40 a watched value follows what others write, and leaves nothing when it is closed', async (t, scene) => {
		const {server, direct, connect} = scene;
		await using client = await connect(server.connectString);
		const {stat} = await direct.create('/follow', '1');
		const config = await WatchedConfig.open(client, '/follow', {codec: counter});
		t.deepEqual(config.current, {value: 1, version: 0, mzxid: stat.mzxid});
		for (const value of [2, 3, 4]) {
			await direct.set('/follow', String(value));
			await becomes(config, value);
		}
		t.is(config.current?.version, 3);
		await config.close();
		await config.close();
		t.is(listenerCount(client), 0);
		if (!lacks.includes('removeWatches'))
			await eventually(
				() => watchesUnder(server, '/follow'),
				watches => Object.keys(watches).length === 0,
			);
		t.is(config.current?.value, 4);
	});

	check('#40 an absent znode: undefined, then whatever is created', async (t, {server, direct, connect}) => {
		await using client = await connect(server.connectString);
		await using config = await WatchedConfig.open(client, '/absent/deep', {codec: text});
		t.is(config.current, undefined);
		await direct.create('/absent/deep', 'here', {createParents: true});
		await becomes(config, 'here');
	});

	check('#40 what changed during a disconnection, and before a new session, is read', async (t, scene) => {
		const {server, proxy, direct, connect} = scene;
		await using client = await connect(proxy.address);
		await direct.create('/away', '1');
		await using config = await WatchedConfig.open(client, '/away', {codec: counter});
		proxy.refuse();
		await direct.set('/away', '2');
		await proxy.restore();
		await becomes(config, 2);
		proxy.refuse();
		await killSessionOf(client, server);
		await direct.delete('/away');
		await direct.create('/away', '3');
		await proxy.restore();
		await becomes(config, 3);
		await direct.set('/away', '4');
		await becomes(config, 4);
		t.is(config.current?.version, 1);
	});

	check(
		'#41 #45 a lock: one at a time, first come, first served, also when one leaves from the middle',
		async (t, scene) => {
			const {server, direct, connect} = scene;
			const clients: Client[] = [];
			for (let count = 0; count < 5; count++) clients.push(await connect(server.connectString));
			const holder = await new Mutex(direct, '/fifo').acquire();
			const leaving = new AbortController();
			let holders = 0;
			const order: number[] = [];
			const waiting: Promise<void>[] = [];
			for (const [index, client] of clients.entries()) {
				const signal = index === 2 ? leaving.signal : undefined;
				waiting.push(
					new Mutex(client, '/fifo').acquire({signal}).then(async lease => {
						t.is(++holders, 1);
						order.push(index);
						await client.sync('/');
						holders--;
						await lease.release();
					}),
				);
				await until(async () => (await direct.children('/fifo')).children.length === index + 2);
			}
			leaving.abort();
			await t.throwsAsync(waiting[2] ?? Promise.resolve(), {code: 'ABORTED'});
			await until(async () => (await direct.children('/fifo')).children.length === 5);
			t.deepEqual(order, []);
			await holder.release();
			await Promise.allSettled(waiting);
			t.deepEqual(order, [0, 1, 3, 4]);
			// A container, which may be gone by now.
			t.is((await direct.exists('/fifo'))?.numChildren ?? 0, 0);
			await Promise.all(clients.map(client => client.close()));
		},
	);

	check("#44 the holder's session is killed: it is told, and the next one has the lock", async (t, scene) => {
		const {server, proxy, direct, connect} = scene;
		await using client = await connect(proxy.address);
		const lease = await new Mutex(client, '/expires').acquire({revokeOn: 'lost'});
		const next = new Mutex(direct, '/expires').acquire();
		const suspended = nextEvent(client, 'suspended');
		proxy.refuse();
		await suspended;
		await killSessionOf(client, server);
		await using after = await next;
		t.true(after.fencingToken > lease.fencingToken);
		await proxy.restore();
		await until(() => lease.signal.aborted);
		await t.notThrowsAsync(lease.release());
	});
}
