import type {Lease} from '../lease.ts';
import type {FeedBatch, FeedReceiver} from './feed/feed.ts';
import {CarrierMissingError, LaneLostError, OffsetMismatchError} from './lane-error.ts';
import {type LaneEvent, type LaneState, type LostReason, next, type RevokeReason} from './lane.ts';
import {LaneProcess} from './lane-process.ts';
import {MirroredOffset, type OffsetMirror} from './offset-mirror.ts';
import type {RecoveringLane} from './recovery.ts';
import type {Outcome} from './takeover.ts';
import type {CarrierPosition, Sink} from './sink/sink.ts';
import type {TopicPartition} from './topic-partition.ts';
import type {WorkerRoom} from './worker-room.ts';

export type HeldLaneHooks = {
	readonly onFinished: (records: number, bytes: number) => void;
	readonly onLost: (held: HeldLane) => void;
	readonly onGap: (held: HeldLane, expected: bigint) => void;
};

type Parts = {readonly process: LaneProcess; readonly offset: MirroredOffset};

/** A lane that a worker has, or is about to have: joins its state, its process, its feed and its offset. One object for one time with the lane. */
export class HeldLane {
	readonly lane: TopicPartition;
	/** Ends the wait for the lock. */
	readonly waiting: AbortController = new AbortController();
	readonly #room: WorkerRoom;
	readonly #hooks: HeldLaneHooks;
	#state: LaneState = {status: 'idle'};
	#parts: Parts | undefined;
	#isUnderPressure = false;
	/** Asked to leave while it was being taken over. */
	revokedBy: RevokeReason | undefined;

	constructor(lane: TopicPartition, room: WorkerRoom, hooks: HeldLaneHooks) {
		this.lane = lane;
		this.#room = room;
		this.#hooks = hooks;
	}

	get state(): LaneState {
		return this.#state;
	}

	get lease(): Lease | undefined {
		return 'lease' in this.#state ? this.#state.lease : undefined;
	}

	/** Only while the lane is this worker's. */
	get process(): LaneProcess | undefined {
		return this.lease && this.#parts?.process;
	}

	get isBeingTaken(): boolean {
		return ['fencing', 'recording', 'positioning'].includes(this.#state.status);
	}

	readonly tell = (event: LaneEvent): void => {
		const before = this.#state;
		this.#state = next(before, event);
		if (this.#state !== before) this.#room.tell('lane', {...this.lane, before, state: this.#state});
	};

	/** The lock is held from now on. */
	locked(lease: Lease): void {
		this.tell({type: 'locked', lease});
		const onAbort = (): void =>
			this.lose(this.#room.client.state.status === 'lost' ? 'session' : 'lock', lease.signal.reason);
		if (lease.signal.aborted) onAbort();
		else lease.signal.addEventListener('abort', onAbort, {once: true});
	}

	/** What the takeover came to. */
	taken(outcome: Outcome, sink: Sink): void {
		const {lease} = this;
		if (!lease || !this.isBeingTaken) return;
		if (outcome.status === 'lost') this.lose('lock');
		if (outcome.status === 'halted') this.tell({type: 'halted', error: outcome.error});
		if (outcome.status !== 'taken') return;
		const {node, position} = outcome;
		const {epoch} = node.record;
		const process = new LaneProcess({
			lane: this.lane,
			lease,
			epoch,
			position,
			processor: this.#room.processor,
			prepare: record => sink.prepare(record),
			retry: this.#room.retry,
			onFinished: this.#hooks.onFinished,
			onLoad: () => this.#balance(),
			onHalted: error => this.tell({type: 'halted', error}),
			pause: () => this.#room.pause(this.lane),
		});
		this.#parts = {process, offset: new MirroredOffset(node, () => this.lose('fenced'))};
		const paused = this.#room.isPaused(this.lane);
		if (paused) process.pause();
		this.tell({type: 'positioned', epoch, paused});
		this.fetch(position);
	}

	/** Lets the feed deliver from `position` on, and nothing of what it was delivering. */
	fetch(position: bigint): void {
		const {process} = this;
		if (!process) return;
		const receiver: FeedReceiver = {
			batch: (batch: FeedBatch) => process.receive(batch),
			gap: expected => {
				if (this.process === process) this.#hooks.onGap(this, expected);
			},
		};
		this.#room.feed.open(this.lane, position, receiver);
		this.#isUnderPressure = false;
		if (this.#room.isPaused(this.lane)) this.#room.feed.pause(this.lane);
		this.#balance();
	}

	/** For a recovery: the lane, if it is this worker's. */
	toRecover(): readonly RecoveringLane[] {
		const {lane, lease, process} = this;
		if (!lease || !process) return [];
		return [{lane, lease, lose: () => this.lose('lock'), settle: carrier => this.settle(carrier)}];
	}

	/** The sink's word after a recovery (T6). */
	settle(carrier: CarrierPosition | undefined): void {
		const {process} = this;
		const offset = this.#parts?.offset;
		if (!process || !offset) return;
		const {committed} = process.progress;
		const isKnown = offset.record.established || offset.wanted?.established;
		if ((!carrier && isKnown) || (carrier && carrier.next < committed)) {
			process.rewind(committed);
			this.halt(
				carrier
					? new OffsetMismatchError(this.lane, `${committed} was committed, the sink says ${carrier.next}`)
					: new CarrierMissingError(this.lane, `${committed} was committed, but the sink has no position any more`),
			);
			return;
		}
		const mustMove = process.settle(carrier?.next ?? committed);
		if (mustMove && this.#state.status !== 'draining') this.fetch(process.progress.committed);
	}

	halt(error: Error): void {
		this.process?.halt();
		this.#room.feed.close(this.lane);
		this.tell({type: 'halted', error});
	}

	/** Carries what is committed to ZooKeeper. */
	mirror(mirror: OffsetMirror, {clean}: {readonly clean: boolean}): MirroredOffset | undefined {
		const {process} = this;
		const offset = this.#parts?.offset;
		if (!process || !offset) return undefined;
		const {committed, seq, isEstablished} = process.progress;
		const established = offset.record.established || isEstablished;
		mirror.put(offset, {...offset.record, next: committed, seq, established, clean, ts: Date.now()});
		return offset;
	}

	pause(): void {
		this.process?.pause();
		this.#room.feed.pause(this.lane);
		this.tell({type: 'paused', by: 'user'});
	}

	resume(): void {
		if (this.#state.status === 'halted') this.tell({type: 'restarted', paused: false});
		this.process?.resume();
		if (!this.#isUnderPressure) this.#room.feed.resume(this.lane);
		this.tell({type: 'resumed', by: 'user'});
	}

	/** The lane is not ours any more: whatever is in memory is dropped. */
	lose(reason: LostReason, cause?: unknown): void {
		const {lease} = this;
		if (!lease) return;
		this.end(new LaneLostError(this.lane, `the lane was lost (${reason})`, {cause}));
		this.tell({type: 'lost', reason, cause});
		// A lost lease's znode may still be there.
		void lease.release();
		this.#hooks.onLost(this);
	}

	/** Nothing is fetched, processed or written any more. */
	end(reason: Error): void {
		this.waiting.abort(reason);
		if (!this.#parts) return;
		this.#room.feed.close(this.lane);
		this.#parts.process.stop(reason);
		this.#parts.offset.end();
	}

	/** Back-pressure. */
	#balance(): void {
		const {process} = this;
		if (!process) return;
		const {highWater, lowWater} = this.#room.bounds();
		const {records, bytes} = process.load;
		if (!this.#isUnderPressure && (records >= highWater.records || bytes >= highWater.bytes)) {
			this.#isUnderPressure = true;
			this.#room.feed.pause(this.lane);
			this.tell({type: 'paused', by: 'back-pressure'});
		} else if (this.#isUnderPressure && records <= lowWater.records && bytes <= lowWater.bytes) {
			this.#isUnderPressure = false;
			if (!this.#room.isPaused(this.lane)) this.#room.feed.resume(this.lane);
			this.tell({type: 'resumed', by: 'back-pressure'});
		}
	}
}
