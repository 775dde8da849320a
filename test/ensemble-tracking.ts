import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import anyTest, {type TestFn} from 'ava';
import {
	channelNames,
	connect,
	type ConnectionNotice,
	type ConnectOptions,
	type EnsembleConfig,
	InvalidArgumentError,
	openAcl,
} from '../lib/index.ts';
import {FaultProxy, TestingCluster, type ZooKeeperVersion} from '../lib/testing/index.ts';
import {freePort} from '../lib/testing/free-port.ts';
import {nextEvent} from './helpers/next-event.ts';
import {superuser, superuserArgument} from './helpers/superuser.ts';
import {until} from './helpers/until.ts';

/** The addresses that clients were told, in their order. */
const told: string[] = [];
const listener = (message: unknown): void => {
	const notice = message as ConnectionNotice;
	if (notice.event === 'servers') told.push(notice.servers);
};

const isTold = (...addresses: readonly string[]): boolean =>
	told.at(-1)?.split(',').sort().join() === [...addresses].sort().join();

/** What a client must do that follows its ensemble, of the given line. */
export function ensembleTracking(version: ZooKeeperVersion): void {
	const test = (anyTest as TestFn<{readonly cluster: TestingCluster}>).serial;

	test.before(async t => {
		subscribe(channelNames.connection, listener);
		t.context = {
			cluster: await TestingCluster.start({version, reconfigurable: true, javaArguments: [superuserArgument]}),
		};
	});
	test.after.always(async t => {
		unsubscribe(channelNames.connection, listener);
		await t.context.cluster.close();
	});

	test(`${version}: addresses that do not answer are not taken, and a function may keep what is known`, async t => {
		const [server] = t.context.cluster.servers;
		if (!server) throw new Error('no server');
		await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		const nobody = `127.0.0.1:${await freePort()}`;
		const answers = [nobody, undefined, nobody];
		const asked: EnsembleConfig[] = [];
		const trackEnsemble = (config: EnsembleConfig): string | undefined => {
			asked.push(config);
			return answers[asked.length - 1];
		};
		await using client = await connect(proxy.address, {trackEnsemble, sessionTimeout: 20_000});
		for (const round of [1, 2, 3]) {
			// Asked again on each connection, when the attempt before is over.
			await until(() => asked.length >= round);
			const back = nextEvent(client, 'reconnected');
			proxy.reset();
			await back;
		}
		await until(() => asked.length > 3);
		t.is(asked[0]?.servers.length, 3);
		t.deepEqual(told, []);
		await client.sync('/');
	});

	test(`${version}: the client is on the new servers when the old are gone, in the same session`, async t => {
		const {cluster} = t.context;
		const leader = await cluster.leader();
		const [newcomer, other] = cluster.servers.filter(server => server !== leader);
		if (!newcomer || !other) throw new Error('no followers');
		const idOf = (server: typeof leader): number => cluster.servers.indexOf(server) + 1;
		await using admin = await connect(leader.connectString, {auth: [superuser]});
		await admin.create('/app', null, {acl: openAcl});
		const {servers} = await admin.getConfig();
		await admin.reconfig({leaving: [idOf(newcomer)]});
		// So that this one does not lag behind and tell the configuration before.
		await using follower = await connect(other.connectString);
		await follower.sync('/');
		const old = [leader, other].map(({connectString}) => connectString);
		await using client = await connect(`${old.join()}/app`, {trackEnsemble: true, sessionTimeout: 30_000});
		const {path} = await client.create('/mine', null, {mode: 'ephemeral'});
		const {session} = client;
		let isAway = false;
		client.on('suspended', () => (isAway = true));
		await admin.reconfig({joining: servers.filter(({id}) => id === idOf(newcomer))});
		await until(() => isTold(...old, newcomer.connectString));
		t.is(told.length, 1, 'the list that the client was given is no news');
		t.false(isAway, 'a connection that works is kept');
		// The leader goes, so its answer may not come.
		await admin.reconfig({leaving: [idOf(leader), idOf(other)]}).catch(() => undefined);
		await until(() => isTold(newcomer.connectString));
		await Promise.all([leader.stop(), other.stop()]);
		const isThere = async (): Promise<boolean> => (await client.exists(path).catch(() => undefined)) !== undefined;
		await until(isThere);
		t.is(client.session?.id, session?.id);
		await until(() => client.stats().watches.oneShot === 1);
	});

	test(`${version}: what is no tracking is refused at once`, async t => {
		for (const trackEnsemble of ['yes', 1, null] as unknown[])
			await t.throwsAsync(connect('127.0.0.1:1', {trackEnsemble} as ConnectOptions), {
				instanceOf: InvalidArgumentError,
				message: /trackEnsemble/,
			});
	});
}
