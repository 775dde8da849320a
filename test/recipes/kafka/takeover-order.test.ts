import {once} from 'node:events';
import test from 'ava';
import type {Client} from '../../../lib/index.ts';
import {deferred} from '../../../lib/util/deferred.ts';
import {resolveConsumerOptions} from '../../../recipes/kafka/consumer-options.ts';
import {ConsumerPaths} from '../../../recipes/kafka/consumer-paths.ts';
import {createWorkerRoom} from '../../../recipes/kafka/consumer-room.ts';
import {fence, look, type Outcomes, position, record, takeOver} from '../../../recipes/kafka/takeover.ts';
import {WorkerLoop} from '../../../recipes/kafka/worker-loop.ts';
import {until} from '../../helpers/until.ts';
import {ConsumerRig, type Job} from './consumer-rig.ts';

type TakeOver = typeof takeOver;

const withoutFence: TakeOver = async (candidates, room) => {
	const outcomes: Outcomes = new Map();
	const looked = await look(candidates, room, outcomes);
	for (const {tell} of looked) tell({type: 'fenced'});
	await position(await record(looked, room, outcomes), room, outcomes);
	return outcomes;
};

/** A takeover that gets no further than its first step. */
class Dying {
	readonly #reached = deferred();
	readonly takeOver: TakeOver;

	constructor(step: (...args: Parameters<TakeOver>) => Promise<unknown>) {
		this.takeOver = async (candidates, room) => {
			await step(candidates, room);
			this.#reached.resolve();
			await once(room.signal, 'abort');
			throw room.signal.reason;
		};
	}

	/** Resolves when the first step is done. */
	get reached(): Promise<void> {
		return this.#reached.promise;
	}
}
const recordFirst = (): Dying =>
	new Dying(async (candidates, room) => record(await look(candidates, room, new Map()), room, new Map()));
const fenceFirst = (): Dying =>
	new Dying(async (candidates, room) => fence(await look(candidates, room, new Map()), room));

let rig: ConsumerRig;
test.before(async () => {
	rig = await ConsumerRig.start({behindProxy: true});
});
test.after.always(async () => {
	await rig[Symbol.asyncDispose]();
});

function loopOf(job: Job, client: Client, workerId: string, takeover: TakeOver): WorkerLoop {
	const room = createWorkerRoom(
		client,
		{clientId: 'test', brokers: rig.broker.brokers, logLevel: 0},
		resolveConsumerOptions(job.options({workerId})),
		{
			bounds: () => resolveConsumerOptions(job.options()).bounds,
			isPaused: () => false,
			pause: () => () => undefined,
			tell: () => undefined,
		},
	);
	return new WorkerLoop({...room, takeOver: takeover});
}

/**
 * A worker is stopped inside a transaction, then its lock and its membership are taken away while it lives. Another may begin a takeover and die; the last one carries
 * everything. Then the first one's transaction goes on.
 */
async function outlive(last: TakeOver, dying?: Dying): Promise<readonly string[]> {
	const job = await rig.job(1);
	await job.produce(50);
	const paths = new ConsumerPaths('/docent', job.groupId);
	await using clientA = await rig.connect();
	await using a = job.consumer(clientA, {workerId: 'a'}, rig.broker.proxiedBrokers);
	const hold = rig.broker.proxy.hold({request: 'TxnOffsetCommit'});
	const runningA = a.run();
	await hold.arrived;
	const lock = paths.lock({topic: job.input, partition: 0});
	const {children} = await clientA.children(lock);
	await clientA.transaction().delete(paths.member('a')).delete(`${lock}/${children[0]}`).commit();

	if (dying) {
		await using client = await rig.connect();
		const loop = loopOf(job, client, 'b', dying.takeOver);
		const running = loop.run();
		await dying.reached;
		await loop.close(0);
		await running;
	}
	await using client = await rig.connect();
	const loop = loopOf(job, client, 'c', last);
	const running = loop.run();
	const offset = paths.offset({topic: job.input, partition: 0});
	await until(async () => JSON.parse(String((await client.get(offset)).data)).next === '50');
	await loop.close(10_000);
	await running;
	hold.release();
	await a.close();
	await runningA;
	return job.verdictOfJava();
}

test.serial('an owner that lost its lock inside a transaction is fenced before the next one reads', async t => {
	t.deepEqual(await outlive(takeOver), []);
});

test.serial('negative control: without the fence its transaction goes through as well', async t => {
	t.not((await outlive(withoutFence)).length, 0);
});

test.serial('a successor that dies after the fence leaves the id to be fenced again', async t => {
	t.deepEqual(await outlive(takeOver, fenceFirst()), []);
});

test.serial(
	'negative control: one that records itself first, and dies, hides the id that had to be fenced',
	async t => {
		t.not((await outlive(takeOver, recordFirst())).length, 0);
	},
);
