import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import {FaultProxy, type HeldFrames} from '../../lib/testing/index.ts';
import {Fleet} from './fleet.ts';
import {FleetServers} from './fleet-servers.ts';
import type {FleetWorker} from './fleet-worker.ts';
import type {Takeover} from './worker-orders.ts';

type Context = ExecutionContext<{readonly servers: FleetServers}>;
const test = anyTest as TestFn<{servers: FleetServers}>;

/** Nothing is to end by itself while it is held. */
const patience = 60_000;

/** An owner who believes that it still owns its lanes, and whose commit is on the way to the broker. */
type Outrun = {
	readonly fleet: Fleet;
	readonly first: FleetWorker;
	/** Between it and ZooKeeper. */
	readonly proxy: FaultProxy;
	readonly transactionalId: string;
	readonly commit: HeldFrames;
};

/** ZooKeeper has ended the session of the first owner, who cannot hear it; what its transaction says of the offsets is held before the broker. */
async function outrun(t: Context, takeover: Takeover): Promise<Outrun> {
	const fleet = await Fleet.on(t.context.servers, t, {partitions: 2, orders: {takeover, transactionTimeout: patience}});
	const proxy = await FaultProxy.start({target: fleet.zooKeeper.connectString, protocol: 'zookeeper'});
	t.teardown(async () => proxy.close());
	const first = fleet.hire({connectString: proxy.address, sessionTimeout: patience, requestTimeout: patience});
	await fleet.flows();
	const transactionalId = await fleet.until('the first owner', () => fleet.lanes(first.id)[0]?.txn);
	const commit = fleet.kafka.proxy.hold({
		request: 'TxnOffsetCommit',
		where: ({bytes}) => bytes.includes(transactionalId),
	});
	await commit.arrived;
	proxy.pause();
	if (!first.session) throw new Error('the first worker has no session');
	await fleet.zooKeeper.killSession(first.session.id, first.session.password);
	return {fleet, first, proxy, transactionalId, commit};
}

/** The others have gone on from what they read; now the first owner's commit goes on too. @returns how many outputs came out once too often */
async function goOn({fleet, first, proxy, transactionalId, commit}: Outrun): Promise<number> {
	await fleet.until('other owners', () => fleet.lanes().every(({txn}) => txn !== transactionalId));
	await fleet.flows();
	const ended = fleet.kafka.proxy.observe({
		reply: 'EndTxn',
		where: ({request}) => request?.bytes.includes(transactionalId) ?? false,
	});
	commit.release();
	await fleet.until('the end of its transaction', () => ended.hits > 0 || first.recoveries > 0);
	proxy.resume();
	await fleet.flows();
	const {lanes} = await fleet.finish();
	return lanes.reduce((sum, {repeated}) => sum + repeated.length, 0);
}

/** One heir takes over. */
async function withHeir(t: Context, takeover: Takeover): Promise<number> {
	const all = await outrun(t, takeover);
	all.fleet.hire();
	return goOn(all);
}

/** One heir dies at the moment when it asks the broker to fence, and another one takes over. */
async function withHeirsHeir(t: Context, takeover: Takeover): Promise<number> {
	const all = await outrun(t, takeover);
	const {fleet, transactionalId} = all;
	const fencing = fleet.kafka.proxy.hold({
		request: 'InitProducerId',
		where: ({bytes}) => bytes.includes(transactionalId),
	});
	const heir = fleet.hire();
	await fencing.arrived;
	await heir.kill();
	fencing.drop();
	fleet.hire();
	return goOn(all);
}

let servers: FleetServers | undefined;
test.before(async () => {
	servers = await FleetServers.start();
});
test.beforeEach(t => {
	if (servers) t.context.servers = servers;
});
test.after.always(async () => servers?.[Symbol.asyncDispose]());

test('an owner outrun inside its commit: nothing twice', async t => {
	t.timeout(240_000);
	t.is(await withHeir(t, 'protocol'), 0);
});

test('an owner outrun inside its commit, but the fence taken out: the check finds duplicates', async t => {
	t.timeout(240_000);
	t.true((await withHeir(t, 'no fence')) > 0);
});

test('an heir that dies while it fences: nothing twice', async t => {
	t.timeout(240_000);
	t.is(await withHeirsHeir(t, 'protocol'), 0);
});

test('an heir that dies while it fences, but was recorded before: the check finds duplicates', async t => {
	t.timeout(240_000);
	t.true((await withHeirsHeir(t, 'record before fence')) > 0);
});
