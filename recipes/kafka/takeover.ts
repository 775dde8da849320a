import {type Client, isCoordinationError, nameOf, TransactionError} from '../../lib/index.ts';
import type {Lease} from '../lease.ts';
import type {ConsumerPaths} from './consumer-paths.ts';
import type {Feed} from './feed/feed.ts';
import type {LaneEvent} from './lane.ts';
import {encodeOffsetRecord, type OffsetRecord} from './offset-record.ts';
import {type OffsetNode, readOffsets} from './offset-znode.ts';
import {type OutOfRange, positionLanes} from './position-lanes.ts';
import type {Sink} from './sink/sink.ts';
import {startFresh} from './start-fresh.ts';
import type {StartPosition} from './start-position.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

/** A lane whose lock this worker holds. */
export type Candidate = {
	readonly lane: TopicPartition;
	readonly lease: Lease;
	readonly tell: (event: LaneEvent) => void;
};
/** After the look: the record found, or the place where a lane that never had one is to begin. */
export type Looked = Candidate & {readonly node: OffsetNode | undefined; readonly begin: bigint};
/** After the record: `before` is what the lane's record said, `node` what this worker made of it. */
export type Recorded = Candidate & {readonly before: OffsetRecord | undefined; readonly node: OffsetNode};

export type Outcome =
	| {readonly status: 'taken'; readonly node: OffsetNode; readonly position: bigint}
	| {readonly status: 'halted'; readonly error: Error}
	| {readonly status: 'lost'};
/** What was decided so far. A candidate that is not in it has been outrun, and is looked at again. */
export type Outcomes = Map<Candidate['lane'], Outcome>;

export type TakeoverRoom = {
	readonly client: Client;
	readonly sink: Sink;
	readonly feed: Feed;
	readonly paths: ConsumerPaths;
	readonly workerId: string;
	readonly transactionalId: string;
	readonly start: StartPosition;
	readonly outOfRange: OutOfRange;
	/** For how long an owner that nobody recorded may keep a transaction open, in milliseconds. */
	readonly transactionTimeout: number;
	readonly signal: AbortSignal;
};

/**
 * Takes lanes over, all of them in the same few flights: look, fence the recorded owners, record oneself, read the positions. **In this order**: a position read before
 * the fence may be passed by the old owner's commit, and an id that is overwritten before it is fenced can never be fenced again (`test/model`).
 *
 * Before it is called for lanes that this worker has had before, its own transactions that hold them must be decided.
 */
export async function takeOver(candidates: readonly Candidate[], room: TakeoverRoom): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	for (let pending = candidates; pending.length > 0; pending = pending.filter(({lane}) => !outcomes.has(lane))) {
		room.signal.throwIfAborted();
		const looked = await look(pending, room, outcomes);
		await fence(looked, room);
		const recorded = await record(looked, room, outcomes);
		await position(recorded, room, outcomes);
	}
	return outcomes;
}

/** T1: who is recorded, and where the lane is. */
export async function look(
	candidates: readonly Candidate[],
	room: TakeoverRoom,
	outcomes: Outcomes,
): Promise<readonly Looked[]> {
	const found = await readOffsets(
		room.client,
		candidates.map(({lane}) => room.paths.offset(lane)),
		room,
	);
	const looked: Looked[] = [];
	const fresh: Candidate[] = [];
	for (const [at, candidate] of candidates.entries()) {
		const node = found[at];
		if (node instanceof Error) outcomes.set(candidate.lane, {status: 'halted', error: node});
		else if (node) looked.push({...candidate, node, begin: node.record.next});
		else fresh.push(candidate);
	}
	const begins = await startFresh(
		fresh.map(({lane}) => lane),
		room,
	);
	for (const candidate of fresh) {
		const begin = begins.get(laneKey(candidate.lane));
		if (typeof begin === 'bigint') looked.push({...candidate, node: undefined, begin});
		else if (begin) outcomes.set(candidate.lane, {status: 'halted', error: begin});
	}
	return looked;
}

/** T2: ends each recorded owner that did not leave in order, once. The worker's own id is none of them: it would fence itself. */
export async function fence(looked: readonly Looked[], {sink, transactionalId, signal}: TakeoverRoom): Promise<void> {
	const owners = new Set(looked.flatMap(({node}) => (node && !node.record.clean ? [node.record.txn] : [])));
	owners.delete(transactionalId);
	await Promise.all([...owners].map(owner => sink.fence(owner, {signal})));
	for (const {tell} of looked) tell({type: 'fenced'});
}

/** T3: records this worker, proves by a quorum's write that the lock is still its own, and outdates every write of an older owner. */
export async function record(
	looked: readonly Looked[],
	room: TakeoverRoom,
	outcomes: Outcomes,
): Promise<readonly Recorded[]> {
	const written = await Promise.all(
		looked.map(async ({node, begin, ...candidate}): Promise<Recorded | undefined> => {
			const path = room.paths.offset(candidate.lane);
			const record: OffsetRecord = {
				next: begin,
				epoch: (node?.record.epoch ?? 0n) + 1n,
				seq: 0n,
				owner: room.workerId,
				lock: nameOf(candidate.lease.path),
				txn: room.transactionalId,
				clean: false,
				carrier: 'kafka',
				established: node?.record.established ?? false,
				ts: Date.now(),
			};
			const data = encodeOffsetRecord(record);
			const transaction = room.client.transaction().check(candidate.lease.path);
			try {
				await (node ? transaction.set(path, data, {version: node.version}) : transaction.create(path, data)).commit(
					room,
				);
			} catch (error) {
				if (error instanceof TransactionError && error.index === 0) outcomes.set(candidate.lane, {status: 'lost'});
				else if (error instanceof TransactionError || isCoordinationError(error, 'CONNECTION_LOSS'))
					candidate.tell({type: 'outrun'});
				else throw error;
				return undefined;
			}
			candidate.tell({type: 'recorded'});
			return {...candidate, before: node?.record, node: {path, record, version: node ? node.version + 1 : 0}};
		}),
	);
	return written.filter(each => each !== undefined);
}

/** T5 to T8: reads how far the sink got, and writes it back. Only now is the position final: nobody else can move it. */
export async function position(recorded: readonly Recorded[], room: TakeoverRoom, outcomes: Outcomes): Promise<void> {
	if (recorded.length === 0) return;
	const positioned = await positionLanes(recorded, room);
	await Promise.all(
		recorded.map(async ({lane, node, tell}) => {
			const found = positioned.get(lane);
			if (!found || found instanceof Error) {
				if (found) outcomes.set(lane, {status: 'halted', error: found});
				return;
			}
			const {position, established, epoch} = found;
			const {record} = node;
			if (position === record.next && established === record.established && epoch === record.epoch) {
				outcomes.set(lane, {status: 'taken', node, position});
				return;
			}
			const next: OffsetRecord = {...record, next: position, established, epoch, ts: Date.now()};
			try {
				const {version} = await room.client.set(node.path, encodeOffsetRecord(next), {
					version: node.version,
					signal: room.signal,
				});
				outcomes.set(lane, {status: 'taken', node: {path: node.path, version, record: next}, position});
			} catch (error) {
				if (!['BAD_VERSION', 'NO_NODE', 'CONNECTION_LOSS'].some(code => isCoordinationError(error, code))) throw error;
				tell({type: 'outrun'});
			}
		}),
	);
}
