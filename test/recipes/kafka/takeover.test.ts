import {randomUUID} from 'node:crypto';
import {setMaxListeners} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import type {Client} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {ConsumerPaths} from '../../../recipes/kafka/consumer-paths.ts';
import {createLaneParents} from '../../../recipes/kafka/create-znodes.ts';
import type {Feed, OffsetRange} from '../../../recipes/kafka/feed/feed.ts';
import type {CarrierPosition, Sink, StartPosition, TopicPartition} from '../../../recipes/kafka/index.ts';
import type {LaneEvent} from '../../../recipes/kafka/lane.ts';
import {decodeOffsetRecord, encodeOffsetRecord, type OffsetRecord} from '../../../recipes/kafka/offset-record.ts';
import {type Candidate, type Outcome, takeOver, type TakeoverRoom} from '../../../recipes/kafka/takeover.ts';
import {laneKey} from '../../../recipes/kafka/topic-partition.ts';
import {ProxiedClient} from '../../helpers/proxied-client.ts';

let server: TestingServer;
test.before(async () => {
	server = await TestingServer.start();
});
test.after.always(() => server?.close());

const unused = (): never => {
	throw new Error('not part of a takeover');
};

/** One worker's takeover over a real ZooKeeper; the sink and the feed answer what they are told to, and write down what they are asked. */
class Takeover implements AsyncDisposable {
	readonly asked: string[] = [];
	readonly positions = new Map<string, CarrierPosition>();
	readonly events: LaneEvent[] = [];
	range: OffsetRange = {low: 0n, high: 1000n};
	start: StartPosition = 'earliest';
	readonly paths: ConsumerPaths = new ConsumerPaths('/docent', randomUUID());
	readonly connection: ProxiedClient;
	readonly lanes: readonly TopicPartition[];

	constructor(connection: ProxiedClient, lanes: number) {
		this.connection = connection;
		this.lanes = Array.from({length: lanes}, (_, partition) => ({topic: 'in', partition}));
	}

	static async of(lanes: number): Promise<Takeover> {
		const takeover = new Takeover(await ProxiedClient.connect(server), lanes);
		await createLaneParents(takeover.client, takeover.paths, takeover.lanes, {});
		return takeover;
	}

	get client(): Client {
		return this.connection.client;
	}

	/** What the lane's last owner left. */
	async leave(lane: TopicPartition, change: Partial<OffsetRecord> = {}): Promise<void> {
		const record: OffsetRecord = {
			next: 10n,
			epoch: 4n,
			seq: 9n,
			owner: 'before',
			lock: 'lock-1',
			txn: 'txn.before',
			clean: false,
			carrier: 'kafka',
			established: true,
			ts: 0,
			...change,
		};
		await this.client.create(this.paths.offset(lane), encodeOffsetRecord(record));
		if (record.established)
			this.positions.set(laneKey(lane), {next: record.next, epoch: record.epoch, seq: record.seq});
	}

	async record(lane: TopicPartition): Promise<OffsetRecord> {
		const path = this.paths.offset(lane);
		return decodeOffsetRecord((await this.client.get(path)).data, path);
	}

	async candidate(lane: TopicPartition): Promise<Candidate> {
		const {path} = await this.client.create(`${this.paths.lane(lane)}/lock`);
		const lease: Candidate['lease'] = {
			path,
			fencingToken: 1n,
			signal: new AbortController().signal,
			release: () => Promise.resolve(),
			throwIfLost: () => undefined,
			fenced: transaction => transaction,
			[Symbol.asyncDispose]: () => Promise.resolve(),
		};
		return {lane, lease, tell: event => this.events.push(event)};
	}

	get room(): TakeoverRoom {
		const {client, paths, start} = this;
		const {signal} = new AbortController();
		setMaxListeners(0, signal);
		const sink: Sink = {
			initProducer: unused,
			fence: async id => {
				this.asked.push(`fence ${id}`);
			},
			positions: async () => {
				this.asked.push('positions');
				return this.positions;
			},
			checkCarrier: async () => undefined,
			prepare: unused,
			commit: unused,
			close: unused,
		};
		const feed: Feed = {
			start: unused,
			partitions: unused,
			ranges: async lanes => new Map(lanes.map(lane => [laneKey(lane), this.range])),
			offsetsAt: unused,
			open: unused,
			close: unused,
			pause: unused,
			resume: unused,
			stop: unused,
		};
		return {
			client,
			sink,
			feed,
			paths,
			start,
			workerId: 'w',
			transactionalId: 'txn.w',
			outOfRange: 'halt',
			transactionTimeout: 1,
			signal,
		};
	}

	async run(candidates: readonly Candidate[] = []): Promise<readonly (Outcome | undefined)[]> {
		const all = candidates.length > 0 ? candidates : await Promise.all(this.lanes.map(lane => this.candidate(lane)));
		const outcomes = await takeOver(all, this.room);
		return all.map(({lane}) => outcomes.get(lane));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.connection[Symbol.asyncDispose]();
	}
}

function taken(t: ExecutionContext, outcome: Outcome | undefined, position: bigint): void {
	t.like(outcome, {status: 'taken', position});
}

test('64 lanes of a dead worker: three flights, one fence, one question to the sink', async t => {
	await using takeover = await Takeover.of(64);
	for (const lane of takeover.lanes) {
		await takeover.leave(lane);
		takeover.positions.set(laneKey(lane), {next: 12n, epoch: 4n, seq: 10n});
	}
	const candidates = await Promise.all(takeover.lanes.map(lane => takeover.candidate(lane)));
	takeover.connection.proxy.latency(10);
	const recording = takeover.connection.proxy.record();
	const outcomes = await takeover.run(candidates);
	recording.stop();
	takeover.connection.proxy.latency(0);
	for (const outcome of outcomes) taken(t, outcome, 12n);
	t.is(recording.flights, 3);
	t.deepEqual(takeover.asked, ['fence txn.before', 'positions']);
	t.like(await takeover.record(takeover.lanes[63]!), {next: 12n, epoch: 5n, owner: 'w', txn: 'txn.w', clean: false});
});

test('the fence comes before the record, the record before the position', async t => {
	await using takeover = await Takeover.of(1);
	await takeover.leave(takeover.lanes[0]!);
	await takeover.run();
	t.deepEqual(
		takeover.events.map(({type}) => type),
		['fenced', 'recorded'],
	);
	t.deepEqual(takeover.asked, ['fence txn.before', 'positions']);
});

test('who left in order, and oneself, is not fenced', async t => {
	await using takeover = await Takeover.of(2);
	await takeover.leave(takeover.lanes[0]!, {clean: true});
	await takeover.leave(takeover.lanes[1]!, {txn: 'txn.w'});
	for (const outcome of await takeover.run()) taken(t, outcome, 10n);
	t.deepEqual(takeover.asked, ['positions']);
});

test('each owner is fenced once', async t => {
	await using takeover = await Takeover.of(4);
	for (const lane of takeover.lanes) await takeover.leave(lane, {txn: `txn.${lane.partition % 2}`});
	await takeover.run();
	t.deepEqual(takeover.asked, ['fence txn.0', 'fence txn.1', 'positions']);
});

test('a lane that nobody ever had: its start is stored as a number before it runs', async t => {
	await using takeover = await Takeover.of(1);
	takeover.start = 'latest';
	const [outcome] = await takeover.run();
	taken(t, outcome, 1000n);
	t.like(await takeover.record(takeover.lanes[0]!), {next: 1000n, epoch: 1n, established: false});
});

test('a position without a record: only the user can vouch for it', async t => {
	await using takeover = await Takeover.of(1);
	const lane = takeover.lanes[0]!;
	takeover.positions.set(laneKey(lane), {next: 77n, epoch: 9n, seq: 1n});
	const candidate = await takeover.candidate(lane);
	const [halted] = await takeover.run([candidate]);
	t.like(halted, {status: 'halted', error: {code: 'OFFSET_MISMATCH'}});
	takeover.start = 'group';
	const [outcome] = await takeover.run([candidate]);
	taken(t, outcome, 77n);
	t.like(await takeover.record(lane), {next: 77n, epoch: 10n, established: true});
});

test('a lock that is gone is a lane lost, and its record stays', async t => {
	await using takeover = await Takeover.of(1);
	const lane = takeover.lanes[0]!;
	await takeover.leave(lane);
	const candidate = await takeover.candidate(lane);
	await takeover.client.delete(candidate.lease.path);
	t.deepEqual(await takeover.run([candidate]), [{status: 'lost'}]);
	t.like(await takeover.record(lane), {epoch: 4n, owner: 'before'});
});

test('one whose record changed since the look looks, and fences, again', async t => {
	await using takeover = await Takeover.of(1);
	const lane = takeover.lanes[0]!;
	await takeover.leave(lane);
	const candidate = await takeover.candidate(lane);
	const {room} = takeover;
	const other = encodeOffsetRecord({...(await takeover.record(lane)), epoch: 5n, txn: 'txn.other'});
	let isFirst = true;
	const sink: Sink = {
		...room.sink,
		fence: async (id, options) => {
			await room.sink.fence(id, options);
			if (isFirst) await takeover.client.set(takeover.paths.offset(lane), other);
			isFirst = false;
		},
	};
	const outcomes = await takeOver([candidate], {...room, sink});
	taken(t, outcomes.get(lane), 10n);
	t.deepEqual(takeover.asked, ['fence txn.before', 'fence txn.other', 'positions']);
	t.like(await takeover.record(lane), {epoch: 6n, txn: 'txn.w'});
});

test('what cannot be understood, or is out of range, halts its own lane only', async t => {
	await using takeover = await Takeover.of(3);
	await takeover.client.create(takeover.paths.offset(takeover.lanes[0]!), 'garbage');
	await takeover.leave(takeover.lanes[1]!, {next: 5000n});
	await takeover.leave(takeover.lanes[2]!);
	const [garbage, beyond, good] = await takeover.run();
	t.like(garbage, {status: 'halted', error: {code: 'OFFSET_DATA'}});
	t.like(beyond, {status: 'halted', error: {code: 'GAP', expected: 5000n}});
	taken(t, good, 10n);
});

test('the reply to the record is lost: it is looked at again, and taken', async t => {
	await using takeover = await Takeover.of(1);
	const lane = takeover.lanes[0]!;
	await takeover.leave(lane);
	const candidate = await takeover.candidate(lane);
	takeover.connection.proxy.resetOn({reply: 'multi'});
	const [outcome] = await takeover.run([candidate]);
	taken(t, outcome, 10n);
	t.like(await takeover.record(lane), {epoch: 6n, owner: 'w'});
});
