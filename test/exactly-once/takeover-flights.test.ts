import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {FaultProxy, type ProxyRecording, type RequestFrame} from '../../lib/testing/index.ts';
import {ConsumerPaths} from '../../recipes/kafka/consumer-paths.ts';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';
import {FleetServers} from './fleet-servers.ts';

/** OffsetFetch with `require_stable`: kafkajs's own is older. */
const stableVersion = 7;

let servers: FleetServers | undefined;
test.before(async () => {
	servers = await FleetServers.start();
});
test.after.always(async () => servers?.[Symbol.asyncDispose]());

/** From the first look at a lane's record on. What comes before, the locks and the plan, is not counted here. */
function flightsOf({requests}: ProxyRecording): number {
	const flights = requests
		.filter(({op, path}) => op === 'multi' || path?.endsWith('/offset'))
		.map(({flight}) => flight);
	const first = requests.find(({path}) => path?.endsWith('/offset'))?.flight ?? Number.NaN;
	return Math.max(...flights) - first + 1;
}

/** What it takes a worker to be processing all lanes of one that was killed. */
async function takeoverOf(
	t: ExecutionContext,
	partitions: number,
): Promise<{readonly flights: number; readonly fences: number; readonly looks: number}> {
	if (!servers) throw new Error('there are no servers');
	const {kafka, zooKeeper} = servers;
	const fleet = await Fleet.on(servers, t, {partitions, rate: 20});
	const {client, groupId} = fleet;
	// A session that is lost on a busy machine would begin everything anew.
	const dead = fleet.hire({sessionTimeout: 10_000});
	await fleet.flows();
	await fleet.rest();
	const transactionalId = fleet.lanes(dead.id)[0]?.txn ?? '';
	await dead.kill();
	while (await client.exists(`/docent/${groupId}/members/${dead.id}`)) await sleep(100);
	// As the server does with empty containers, in its own time: these locks take a second request, and come later than the others.
	const paths = new ConsumerPaths('/docent', groupId);
	for (let partition = 1; partition < partitions; partition += 2)
		await client.deleteTree(paths.lock({topic: fleet.input, partition}));

	const proxy = await FaultProxy.start({target: zooKeeper.connectString, protocol: 'zookeeper'});
	t.teardown(async () => proxy.close());
	// So long that 64 requests of one turn are sent before the first is answered, on a busy machine too.
	proxy.latency(200);
	using recording = proxy.record();
	const isLook = ({version, bytes}: RequestFrame): boolean => version === stableVersion && bytes.includes(groupId);
	using fences = kafka.proxy.observe({
		request: 'InitProducerId',
		where: ({bytes}) => bytes.includes(transactionalId),
		times: Number.POSITIVE_INFINITY,
	});
	using looks = kafka.proxy.observe({request: 'OffsetFetch', where: isLook, times: Number.POSITIVE_INFINITY});
	const heir = fleet.hire({connectString: proxy.address, sessionTimeout: 10_000});
	await fleet.until('all lanes running', () => heir.running === partitions);
	recording.stop();
	await fleet.write(1);
	await assertExactlyOnce(t, fleet);
	return {flights: flightsOf(recording), fences: fences.hits, looks: looks.hits};
}

test('64 lanes of a dead worker take as many flights as 8, one fence, one look at the sink, whether or not their locks are still there', async t => {
	t.timeout(240_000);
	const few = await takeoverOf(t, 8);
	const many = await takeoverOf(t, 64);
	t.deepEqual(few, {flights: 2, fences: 1, looks: 1});
	t.deepEqual(many, few);
});
