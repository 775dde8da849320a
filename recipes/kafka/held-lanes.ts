import {setTimeout as sleep} from 'node:timers/promises';
import {isCoordinationError} from '../../lib/index.ts';
import {Mutex} from '../mutex.ts';
import type {Plan} from './assignor.ts';
import {createLaneParents} from './create-znodes.ts';
import type {GroupCommit} from './group-commit.ts';
import {HeldLane} from './held-lane.ts';
import {LaneLostError} from './lane-error.ts';
import {handOver} from './lane-hand-over.ts';
import type {LaneTakeovers} from './lane-takeovers.ts';
import type {RevokeReason} from './lane.ts';
import type {OffsetMirror} from './offset-mirror.ts';
import {persistently} from './persistently.ts';
import {reopenAfterGap} from './reopen-after-gap.ts';
import {laneKey, laneOfKey, type TopicPartition} from './topic-partition.ts';
import type {WorkerRoom} from './worker-room.ts';

export type HeldLanesOptions = {
	readonly room: WorkerRoom;
	/** The worker's end. */
	readonly signal: AbortSignal;
	/** `undefined` until the worker has started. */
	readonly parts: () =>
		| {readonly commit: GroupCommit; readonly mirror: OffsetMirror; readonly takeovers: LaneTakeovers}
		| undefined;
	readonly onFatal: (error: unknown) => void;
};

/** How long a lane that was lost is left alone before it is asked for again. */
const lostPause = 100;

/** The lanes that a worker has, or is about to have: takes and leaves them as the plans say. */
export class HeldLanes implements Iterable<HeldLane> {
	readonly #options: HeldLanesOptions;
	readonly #lanes = new Map<string, HeldLane>();
	#plan: Plan = new Map();
	#isClosing = false;

	constructor(options: HeldLanesOptions) {
		this.#options = options;
	}

	[Symbol.iterator](): Iterator<HeldLane> {
		return this.#lanes.values();
	}

	get(lane: TopicPartition): HeldLane | undefined {
		return this.#lanes.get(laneKey(lane));
	}

	follow(plan: Plan): void {
		this.#plan = plan;
		this.#apply();
	}

	/** Leaves a lane in order; what is being taken over leaves when it is. */
	async release(held: HeldLane, reason: RevokeReason): Promise<void> {
		if (held.isBeingTaken) {
			held.revokedBy = reason;
			return;
		}
		const {room, signal, parts: partsOfNow} = this.#options;
		const parts = partsOfNow();
		if (held.state.status === 'draining' || !parts) return;
		const {feed, drainTimeout} = room;
		await handOver(held, reason, {feed, drainTimeout, ...parts, signal});
		await this.#forget(held, 0);
	}

	/** From now on none is taken any more, whatever the plan says. */
	stopTaking(): void {
		this.#isClosing = true;
	}

	async releaseAll(): Promise<void> {
		await Promise.all([...this].map(held => this.release(held, 'close')));
	}

	/** The session is over: none is held any more, and nothing of them is waited for. */
	end(reason: Error): void {
		for (const held of this) {
			const {lease} = held;
			held.end(new LaneLostError(held.lane, reason.message));
			held.tell({type: 'lost', reason: 'session'});
			void lease?.release();
		}
		this.#lanes.clear();
	}

	#apply(): void {
		const {room, signal, onFatal} = this.#options;
		if (signal.aborted || this.#isClosing) return;
		const wanted = new Set<string>();
		for (const [key, worker] of this.#plan) {
			if (worker === room.workerId && room.topics.has(laneOfKey(key).topic)) wanted.add(key);
		}
		for (const [key, held] of this.#lanes) if (!wanted.has(key)) void this.release(held, 'plan');
		const fresh = [...wanted].filter(key => !this.#lanes.has(key)).map(laneOfKey);
		if (fresh.length > 0) void this.#take(fresh).catch(onFatal);
	}

	async #take(lanes: readonly TopicPartition[]): Promise<void> {
		const {room, signal} = this.#options;
		const {client, paths} = room;
		const taken = lanes.map(lane => this.#add(lane));
		await persistently(() => createLaneParents(client, paths, lanes, {signal}), {signal});
		await Promise.all(taken.map(held => this.#lock(held)));
	}

	#add(lane: TopicPartition): HeldLane {
		const {room, signal, parts} = this.#options;
		const held = new HeldLane(lane, room, {
			onFinished: (records, bytes) => parts()?.commit.notify(records, bytes),
			onLost: lost => void this.#forget(lost, lostPause),
			onGap: (gapped, expected) => void reopenAfterGap(gapped, expected, room, signal),
		});
		this.#lanes.set(laneKey(lane), held);
		held.tell({type: 'assigned'});
		return held;
	}

	async #lock(held: HeldLane): Promise<void> {
		const {room, signal, parts} = this.#options;
		const waiting = AbortSignal.any([signal, held.waiting.signal]);
		const mutex = new Mutex(room.client, room.paths.lock(held.lane));
		try {
			const lease = await mutex.acquire({signal: waiting, revokeOn: 'lost'});
			held.locked(lease);
			if (held.lease !== lease) void lease.release();
		} catch (error) {
			if (isCoordinationError(error, 'ABORTED')) return;
			throw error;
		}
		if (held.lease) parts()?.takeovers.add(held);
	}

	/** The lane is nobody's here; if the plan still wants it, it is asked for again. */
	async #forget(held: HeldLane, pause: number): Promise<void> {
		const key = laneKey(held.lane);
		await sleep(pause, undefined, {signal: this.#options.signal}).catch(() => undefined);
		if (this.#lanes.get(key) !== held) return;
		this.#lanes.delete(key);
		this.#apply();
	}
}
