import anyTest, {type TestFn} from 'ava';
import {
	BadVersionError,
	type Client,
	connect,
	type EnsembleConfig,
	InvalidArgumentError,
	NewConfigNoQuorumError,
	NoAuthError,
	type Reconfiguration,
	ReconfigDisabledError,
	type WatchNotice,
} from '../lib/index.ts';
import {TestingCluster, TestingServer, type ZooKeeperVersion} from '../lib/testing/index.ts';
import {deferred} from '../lib/util/deferred.ts';
import {superuser, superuserArgument} from './helpers/superuser.ts';

const idsOf = ({servers}: EnsembleConfig): readonly number[] =>
	servers.map(({id}) => id).sort((one, other) => one - other);

/** A client of the leader: no reconfiguration that leaves it in takes the connection away. */
async function connectToLeader(cluster: TestingCluster, chroot = ''): Promise<Client> {
	return connect(`${(await cluster.leader()).connectString}${chroot}`);
}

/** What a client must do with the configuration of an ensemble of the given line. */
export function reconfiguration(version: ZooKeeperVersion): void {
	const test = (anyTest as TestFn<{readonly cluster: TestingCluster}>).serial;

	test.before(async t => {
		t.context = {
			cluster: await TestingCluster.start({version, reconfigurable: true, javaArguments: [superuserArgument]}),
		};
	});
	test.after.always(async t => {
		await t.context.cluster.close();
	});

	test(`${version}: a refusal is said by its class`, async t => {
		await using client = await connectToLeader(t.context.cluster);
		await t.throwsAsync(client.reconfig({leaving: [3]}), {instanceOf: NoAuthError});
		await client.addAuth(superuser.scheme, superuser.auth);
		await t.throwsAsync(client.reconfig({leaving: [3]}, {fromConfig: 1n}), {instanceOf: BadVersionError});
		const joining = [7, 8, 9, 10].map(id => `server.${id}=127.0.0.1:${id}1:${id}2;${id}3`);
		await t.throwsAsync(client.reconfig({joining}), {instanceOf: NewConfigNoQuorumError});
		t.deepEqual(idsOf(await client.getConfig()), [1, 2, 3]);
	});

	test(`${version}: the configuration is read and watched below any chroot and namespace`, async t => {
		const {cluster} = t.context;
		await using setUp = await connect(cluster.connectString);
		await setUp.create('/app');
		await using client = await connectToLeader(cluster, '/app');
		const view = client.namespace('orders');
		const notice = deferred<WatchNotice>();
		const unwanted: WatchNotice[] = [];
		const listener = (heard: WatchNotice): void => void unwanted.push(heard);
		const {servers, version} = await view.getConfig({watch: notice.resolve});
		await client.getConfig({watch: listener});
		await client.unwatch('/zookeeper/config', listener);
		t.deepEqual(
			servers.map(({client: address}) => `127.0.0.1:${address?.port}`),
			cluster.servers.map(({connectString}) => connectString),
		);
		t.true(servers.every(({role, peers}) => role === 'participant' && peers[0]?.host === '127.0.0.1'));

		await client.addAuth(superuser.scheme, superuser.auth);
		const leader = cluster.servers.indexOf(await cluster.leader()) + 1;
		const gone = leader === 1 ? 2 : 1;
		const smaller = await client.reconfig({leaving: [gone]}, {fromConfig: version});
		t.false(idsOf(smaller).includes(gone));
		t.true(smaller.version > version);
		t.deepEqual(await notice.promise, {type: 'changed', path: '/zookeeper/config'});
		t.deepEqual(await view.getConfig(), smaller);
		const whole = await client.reconfig({joining: servers.filter(({id}) => id === gone)});
		t.deepEqual(idsOf(whole), [1, 2, 3]);
		const observing = servers.map(server => (server.id === gone ? {...server, role: 'observer' as const} : server));
		const replaced = await client.reconfig({members: observing}, {fromConfig: whole.version});
		t.is(replaced.servers.find(({id}) => id === gone)?.role, 'observer');
		t.deepEqual(unwanted, []);
	});

	test(`${version}: a server that stands alone has no servers to tell of, and may not be reconfigured`, async t => {
		await using server = await TestingServer.start({version});
		await using client = await connect(server.connectString);
		t.like(await client.getConfig(), {servers: [], version: 0n, raw: ''});
		await t.throwsAsync(client.reconfig({leaving: [1]}), {instanceOf: ReconfigDisabledError});
	});

	test(`${version}: what is no change is refused before any I/O`, async t => {
		await using client = await connectToLeader(t.context.cluster);
		const before = client.stats().requests;
		const server = 'server.4=zk4:2888:3888;2181';
		for (const change of [
			{},
			{joining: []},
			{members: []},
			{members: [server], leaving: [1]},
			{leaving: [1.5]},
			{joining: ['zk4:2888']},
			{joining: [`${server},server.5=zk5:2888:3888`]},
		])
			await t.throwsAsync(client.reconfig(change as Reconfiguration), {instanceOf: InvalidArgumentError});
		await t.throwsAsync(client.reconfig({leaving: [1]}, {fromConfig: -2n}), {instanceOf: InvalidArgumentError});
		t.deepEqual(client.stats().requests, before);
	});
}
