import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {FaultProxy, TestingCluster, type TestingServer} from '../../lib/testing/index.ts';
import {superuserArgument} from '../helpers/superuser.ts';
import {until} from '../helpers/until.ts';
import {outcomesWhenKilled, settledAs} from './fault-outcome.ts';
import {committed, written} from './fault-table.ts';
import {readingOperations} from './reading-operations.ts';
import {writingOperations} from './writing-operations.ts';

type Member = {readonly server: TestingServer; readonly proxy: FaultProxy};
type Context = {cluster: TestingCluster; members: readonly Member[]; witness: Client};
const test = (anyTest as TestFn<Context>).serial;
const operations = [...readingOperations, ...writingOperations];
const table = new Map(operations.map(({name}) => [name, new Map<string, string>()]));
// An election on a busy machine takes its time, and the sessions are to outlive it.
const options = {sessionTimeout: 40_000, connectTimeout: 60_000, closeTimeout: 5000};

test.before(async t => {
	const cluster = await TestingCluster.start({reconfigurable: true, javaArguments: [superuserArgument]});
	const members = await Promise.all(
		cluster.servers.map(async server => ({
			server,
			proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'}),
		})),
	);
	t.context = {cluster, members, witness: await connect(cluster.connectString, options)};
});
test.after.always(async t => {
	await t.context.witness.close();
	for (const {proxy} of t.context.members) await proxy.close();
	await t.context.cluster.close();
});

/** All operations at once, each on a client of its own that is connected to a follower; `kill` is called once they are made. */
async function collect(
	t: ExecutionContext<Context>,
	column: string,
	kill: (calls: {readonly follower: Member; readonly firstPath: string; readonly start: () => void}) => Promise<void>,
): Promise<void> {
	const {cluster, members, witness} = t.context;
	const [target] = await cluster.followers();
	const follower = members.find(({server}) => server === target);
	if (!follower) return t.fail('no follower');
	for (const {proxy} of members) if (proxy !== follower.proxy) proxy.refuse();
	const addresses = members.map(({proxy}) => proxy.address).join();
	const clients = await Promise.all(operations.map(() => connect(addresses, options)));
	const root = `/${column.replace(' ', '-')}`;
	await witness.create(root);
	const made = await Promise.all(
		operations.map(async ({prepare, run}, index) => {
			const client = clients[index];
			if (!client) throw new Error('no client');
			const {path} = await client.create(`${root}/${index}`);
			await prepare?.(client, path);
			return {path, run: (): Promise<unknown> => run(client, path, {}).catch((error: unknown) => error)};
		}),
	);
	await Promise.all(members.map(({proxy}) => proxy.restore()));
	let calls: readonly Promise<unknown>[] = [];
	const firstCreate = operations.findIndex(({name}) => name === '`create`');
	await kill({
		follower,
		firstPath: `${root}/${firstCreate}/new`,
		start: () => {
			calls = made.map(({run}) => run());
		},
	});
	const settled = (await Promise.all(calls)).map(settledAs);
	await witness.sync('/');
	for (const [index, operation] of operations.entries()) {
		const {words, all} = outcomesWhenKilled(operation);
		const outcome = {settled: settled[index], done: await operation.done?.(witness, made[index]?.path ?? '')};
		const isAllowed = all.some(each => each.settled === outcome.settled && each.done === outcome.done);
		t.true(isAllowed, `${operation.name}: ${JSON.stringify(outcome)}`);
		table.get(operation.name)?.set(column, words);
	}
	await Promise.all(clients.map(client => client.close()));
}

test('the server of the connection is killed: every operation settles as it should', async t => {
	await collect(t, 'server killed', async ({follower, firstPath, start}) => {
		const {witness} = t.context;
		// The server gets the requests and may execute them, and nobody hears of it.
		follower.proxy.pause('downstream');
		start();
		await until(async () => (await witness.exists(firstPath)) !== undefined);
		await follower.server.kill();
		follower.proxy.refuse();
	});
});

test('the leader is killed: every operation settles as it should', async t => {
	const {cluster, members} = t.context;
	for (const {server} of members) if (server.pid === undefined) await server.restart();
	await Promise.all(members.map(({proxy}) => proxy.restore()));
	await collect(t, 'leader killed', async ({start}) => {
		const leader = await cluster.leader();
		// What needs the leader is under way for certain when it dies.
		leader.freeze();
		start();
		await leader.kill();
	});
});

test('the table of docs/faults.md is what was seen', t => {
	const seen = written(table);
	t.is(committed('three servers', seen), seen);
});
