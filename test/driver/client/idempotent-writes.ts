import type {ExecutionContext} from 'ava';
import {
	BadVersionError,
	type Client,
	ConnectionLossError,
	InvalidArgumentError,
	NodeExistsError,
	NoNodeError,
	nTimes,
} from '../../../lib/index.ts';
import type {ZooKeeperOperation} from '../../../lib/testing/index.ts';
import type {ClientCheck, ClientScene, DriverUnderTest} from '../driver-rig.ts';

/** With a client that writes through the proxy, and another that does not. */
type Scene = ClientScene & {readonly client: Client; readonly other: Client};
const idempotent = true;

let count = 0;
const freshPath = (): string => `/idempotent-${++count}`;

/** The first attempt is lost with its connection, and `interfere` comes before the second. */
async function interrupted<T>(
	{proxy}: Scene,
	lost: {readonly request: ZooKeeperOperation} | {readonly reply: ZooKeeperOperation},
	write: () => Promise<T>,
	interfere: () => Promise<unknown>,
): Promise<T> {
	const request = 'request' in lost ? lost.request : lost.reply;
	proxy.resetOn(lost);
	const first = proxy.observe({request});
	const writing = write();
	writing.catch(() => undefined);
	await first.arrived;
	using second = proxy.hold({request});
	await second.arrived;
	await interfere();
	second.release();
	return writing;
}

/** What a client must do with the option `idempotent` when a reply is lost. */
export function idempotentWrites(check: ClientCheck, {lacks}: DriverUnderTest): void {
	const empty = lacks.includes('nullData') ? '' : null;
	const checkWrite = (title: string, run: (t: ExecutionContext, scene: Scene) => Promise<void>): void =>
		check(title, async (t, scene) => {
			const options = {sessionTimeout: 40_000, retry: nTimes(20, 20)};
			await using client = await scene.connect(scene.proxy.address, options);
			await run(t, {...scene, client, other: scene.direct});
		});

	checkWrite('#24 create: what the lost reply told is found again', async (t, scene) => {
		const {client, proxy} = scene;
		const path = freshPath();
		for (const [mode, name] of [
			['persistent', 'p'],
			['ephemeral', 'e'],
			['container', 'c'],
		] as const) {
			const op = mode === 'container' ? 'createContainer' : scene.createOperation;
			const lost = proxy.resetOn({reply: op});
			const created = await client.create(`${path}/${name}`, 'data', {mode, idempotent, createParents: true});
			t.is(lost.hits, 1, mode);
			t.is(created.path, `${path}/${name}`);
			t.deepEqual(created.stat, await client.exists(created.path));
		}
		proxy.resetOn({reply: scene.createOperation});
		const {stat} = await client.namespace('shop').create('/null', empty, {idempotent});
		t.is(stat.dataLength, 0);
	});

	checkWrite('#24 create: a znode that is not its own is no result', async (t, scene) => {
		const {client, other} = scene;
		const create =
			(path: string, mode: 'persistent' | 'ephemeral' = 'persistent') =>
			(): Promise<unknown> =>
				client.create(path, 'mine', {mode, idempotent});
		const interferences = [
			(path: string) => other.create(path, 'theirs'),
			(path: string) => other.create(path, ''),
			(path: string) => other.create(path, 'mine').then(() => other.set(path, 'mine')),
			(path: string) => other.create(path, 'mine', {acl: [{permissions: ['write'], scheme: 'world', id: 'anyone'}]}),
		];
		for (const interfere of interferences) {
			const path = freshPath();
			const creating = interrupted(scene, {request: scene.createOperation}, create(path), () => interfere(path));
			await t.throwsAsync(creating, {instanceOf: NodeExistsError, message: `create ${path}: the znode exists already`});
		}
		const ephemeral = freshPath();
		await t.throwsAsync(
			interrupted(scene, {request: scene.createOperation}, create(ephemeral, 'ephemeral'), () =>
				other.create(ephemeral, 'mine', {mode: 'ephemeral'}),
			),
			{instanceOf: NodeExistsError},
		);
		// Nobody can tell it from the client's own.
		const equal = freshPath();
		await t.notThrowsAsync(
			interrupted(scene, {request: scene.createOperation}, create(equal), () => other.create(equal, 'mine')),
		);
	});

	checkWrite(
		"#24 create: without a lost reply every znode is somebody else's; deleted ones are made again",
		async (t, scene) => {
			const {client, other, proxy} = scene;
			const path = freshPath();
			await other.create(path, 'mine');
			await t.throwsAsync(client.create(path, 'mine', {idempotent}), {instanceOf: NodeExistsError});
			const again = freshPath();
			const created = await interrupted(
				scene,
				{reply: scene.createOperation},
				() => client.create(again, 'mine', {idempotent}),
				() => other.delete(again),
			);
			t.deepEqual(created.stat, await other.exists(again));
			proxy.resetOn({reply: scene.createOperation});
			await t.throwsAsync(client.create(freshPath(), 'mine', {idempotent, retry: false}), {
				instanceOf: ConnectionLossError,
			});
			await t.throwsAsync(client.create(path, 'x', {mode: 'ephemeral-sequential', protect: false, idempotent}), {
				instanceOf: InvalidArgumentError,
				message: /options\.idempotent/,
			});
			const parent = freshPath();
			await client.create(parent);
			proxy.resetOn({reply: scene.createOperation});
			await client.create(`${parent}/n-`, '', {mode: 'ephemeral-sequential', idempotent});
			t.is((await client.children(parent)).children.length, 1);
		},
	);

	checkWrite('#24 set: the next version with the same data is its own, and nothing else is', async (t, scene) => {
		const {client, other, proxy} = scene;
		const set = (path: string) => (): Promise<unknown> => client.set(path, 'mine', {version: 0, idempotent});
		const path = freshPath();
		await other.create(path, '');
		proxy.resetOn({reply: 'setData'});
		t.deepEqual(await set(path)(), await client.exists(path));
		t.is((await client.exists(path))?.version, 1);
		await t.throwsAsync(set(path)(), {instanceOf: BadVersionError});
		const refused = {instanceOf: BadVersionError};

		const theirs = freshPath();
		await other.create(theirs, '');
		await t.throwsAsync(
			interrupted(scene, {request: 'setData'}, set(theirs), () => other.set(theirs, 'theirs')),
			refused,
		);
		const written = freshPath();
		await other.create(written, '');
		await t.throwsAsync(
			interrupted(scene, {reply: 'setData'}, set(written), () => other.set(written, 'mine')),
			refused,
		);
		t.is((await client.exists(written))?.version, 2);
	});

	checkWrite('#24 set without a version: the data is written again', async (t, scene) => {
		const {client, other} = scene;
		const path = freshPath();
		await other.create(path, '');
		const stat = await interrupted(
			scene,
			{reply: 'setData'},
			() => client.set(path, 'mine', {idempotent}),
			() => other.set(path, 'theirs'),
		);
		t.is(stat.version, 3);
		t.is((await client.get(path)).data?.toString(), 'mine');
	});

	checkWrite('#24 delete: nothing there is its own doing after a lost reply only', async (t, scene) => {
		const {client, other, proxy} = scene;
		const path = freshPath();
		await t.throwsAsync(client.delete(path, {idempotent}), {instanceOf: NoNodeError});
		await other.create(path);
		proxy.resetOn({reply: 'delete'});
		await client.delete(path, {idempotent});
		t.is(await other.exists(path), undefined);
		await other.create(path);
		await other.set(path, '1');
		const deleting = interrupted(
			scene,
			{request: 'delete'},
			() => client.delete(path, {version: 1, idempotent}),
			() => other.set(path, '2'),
		);
		await t.throwsAsync(deleting, {instanceOf: BadVersionError});
	});

	checkWrite('#24 setOrCreate: either half is made safe', async (t, scene) => {
		const {client, proxy} = scene;
		const path = freshPath();
		proxy.resetOn({reply: scene.createOperation});
		t.is((await client.setOrCreate(path, 'one', {idempotent})).version, 0);
		proxy.resetOn({reply: 'setData'});
		t.is((await client.setOrCreate(path, 'two', {version: 0, idempotent})).version, 1);
	});

	checkWrite('#24 a loss that follows a lost reply says that the outcome is unknown', async (t, scene) => {
		const {proxy} = scene;
		await using patient = await scene.connect(proxy.address, {
			sessionTimeout: 40_000,
			connectTimeout: 2000,
			retry: nTimes(1, 0),
		});
		const path = freshPath();
		const lost = proxy.observe({reply: scene.createOperation});
		const held = proxy.hold({reply: scene.createOperation});
		const creating = patient.create(path, 'x', {idempotent});
		await lost.arrived;
		await held.arrived;
		proxy.refuse();
		const error = await t.throwsAsync(creating, {instanceOf: ConnectionLossError});
		t.true(error.sent);
		t.true(error.cause instanceof ConnectionLossError && !error.cause.sent);
		held.remove();
		await proxy.restore();
	});
}
