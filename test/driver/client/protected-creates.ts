import {AbortedError, type Client, ConnectionLossError, nTimes, SessionExpiredError} from '../../../lib/index.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {until} from '../../helpers/until.ts';
import type {ClientCheck, ClientScene} from '../driver-rig.ts';

let count = 0;
async function freshParent(direct: Client): Promise<string> {
	return (await direct.create(`/parent-${++count}`)).path;
}
const open = ({proxy, connect}: ClientScene): Promise<Client> =>
	connect(proxy.address, {sessionTimeout: 40_000, retry: nTimes(5, 20)});

/** What a client must do with znodes that have to be created once, and deleted for certain. */
export function protectedCreates(check: ClientCheck): void {
	for (const mode of ['ephemeral-sequential', 'persistent-sequential', 'ephemeral'] as const) {
		check(`#25 a lost reply is found again, there is no second znode (${mode})`, async (t, scene) => {
			const {proxy, direct, createOperation} = scene;
			await using client = await open(scene);
			const parent = await freshParent(direct);
			const lost = proxy.resetOn({reply: createOperation});
			const {path, stat} = await client.create(`${parent}/lock-`, 'data', {mode, protect: true});
			t.is(lost.hits, 1);
			t.regex(path, /\/_c_[0-9a-f-]{36}-lock-(\d{10})?$/);
			t.deepEqual((await direct.children(parent)).children, [path.slice(parent.length + 1)]);
			t.deepEqual(await direct.exists(path), stat);
		});

		check(`#25 a lost request is made again, once (${mode})`, async (t, scene) => {
			const {proxy, direct, createOperation} = scene;
			await using client = await open(scene);
			const parent = await freshParent(direct);
			const lost = proxy.resetOn({request: createOperation});
			const {path} = await client.create(`${parent}/lock-`, '', {mode, protect: true});
			t.is(lost.hits, 1);
			t.deepEqual((await direct.children(parent)).children, [path.slice(parent.length + 1)]);
		});

		check(`#25 the session ends meanwhile: its znode is not adopted and does not stay (${mode})`, async (t, scene) => {
			const {proxy, direct, server, createOperation} = scene;
			await using client = await open(scene);
			const parent = await freshParent(direct);
			const held = proxy.hold({reply: createOperation});
			const creating = client.create(`${parent}/lock-`, '', {mode, protect: true});
			await held.arrived;
			const connected = nextEvent(client, 'connected');
			// Else the client might win its session back for a moment from the one that ends it.
			proxy.refuse();
			await killSessionOf(client, server);
			await proxy.restore();
			await connected;
			await t.throwsAsync(creating, {instanceOf: SessionExpiredError});
			await until(async () => (await direct.children(parent)).children.length === 0);
		});

		check(`#25 aborted before the reply: nothing is left behind (${mode})`, async (t, scene) => {
			const {proxy, direct, createOperation} = scene;
			await using client = await open(scene);
			const parent = await freshParent(direct);
			const controller = new AbortController();
			const held = proxy.hold({reply: createOperation});
			const creating = client.create(`${parent}/lock-`, '', {mode, protect: true, signal: controller.signal});
			await held.arrived;
			controller.abort();
			await t.throwsAsync(creating, {instanceOf: AbortedError});
			t.is((await direct.children(parent)).children.length, 1);
			held.reset();
			await until(async () => (await direct.children(parent)).children.length === 0);
		});
	}

	check(
		'#25 aborted after a lost reply, nothing connected: settles at once, and nothing is left behind',
		async (t, scene) => {
			const {proxy, direct, createOperation} = scene;
			await using client = await open(scene);
			const parent = await freshParent(direct);
			const controller = new AbortController();
			const held = proxy.hold({reply: createOperation});
			const creating = client.create(`${parent}/lock-`, '', {
				mode: 'persistent-sequential',
				protect: true,
				signal: controller.signal,
			});
			await held.arrived;
			const suspended = nextEvent(client, 'suspended');
			proxy.refuse();
			await suspended;
			await until(() => client.stats().requests.waiting > 0);
			controller.abort();
			const {message} = await t.throwsAsync(creating, {instanceOf: AbortedError});
			t.is(message, `create ${parent}/lock- was aborted`);
			t.is(proxy.connections, 0);
			t.is((await direct.children(parent)).children.length, 1);
			await proxy.restore();
			await until(async () => (await direct.children(parent)).children.length === 0);
		},
	);

	check('#25 the search fails: the error is that of the create, and what it may have made goes', async (t, scene) => {
		const {proxy, direct, connect, createOperation} = scene;
		await using client = await connect(proxy.address, {sessionTimeout: 40_000, connectTimeout: 1000});
		const parent = await freshParent(direct);
		const held = proxy.hold({reply: createOperation});
		const options = {mode: 'persistent-sequential', protect: true, retry: false} as const;
		const creating = client.create(`${parent}/lock-`, '', options);
		await held.arrived;
		proxy.refuse();
		const error = await t.throwsAsync(creating, {instanceOf: ConnectionLossError});
		t.true(error.message.startsWith('create '), error.message);
		t.true(error.sent);
		t.is((await direct.children(parent)).children.length, 1);
		await proxy.restore();
		await until(async () => (await direct.children(parent)).children.length === 0);
	});

	check('#25 missing parents are created with the protected znode', async (t, scene) => {
		const {direct} = scene;
		await using client = await open(scene);
		const {path} = await client.create('/made/on/the/way/n-', '', {mode: 'ephemeral-sequential', createParents: true});
		t.regex(path, /^\/made\/on\/the\/way\/_c_/);
		t.truthy(await direct.exists(path));
	});

	check('#26 deleteGuaranteed: across a reset, across a lost session, and of what is gone', async (t, scene) => {
		const {proxy, direct, server} = scene;
		await using client = await open(scene);
		const parent = await freshParent(direct);
		for (const name of ['reply', 'request', 'session']) await direct.create(`${parent}/${name}`);
		proxy.resetOn({reply: 'delete'});
		await client.deleteGuaranteed(`${parent}/reply`);
		proxy.resetOn({request: 'delete'});
		await client.deleteGuaranteed(`${parent}/request`);
		const held = proxy.hold({request: 'delete'});
		const deleting = client.deleteGuaranteed(`${parent}/session`);
		await held.arrived;
		proxy.refuse();
		held.remove();
		await killSessionOf(client, server);
		await proxy.restore();
		await deleting;
		t.deepEqual((await direct.children(parent)).children, []);
		await client.deleteGuaranteed(`${parent}/reply`);
	});

	check('#26 deleteGuaranteed ends with the client', async (t, scene) => {
		const {proxy, direct} = scene;
		const client = await open(scene);
		const parent = await freshParent(direct);
		proxy.refuse();
		const deleting = client.deleteGuaranteed(parent);
		await client.close();
		await t.notThrowsAsync(deleting);
	});
}
