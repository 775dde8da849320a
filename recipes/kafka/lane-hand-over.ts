import {setTimeout as sleep} from 'node:timers/promises';
import type {Feed} from './feed/feed.ts';
import type {GroupCommit} from './group-commit.ts';
import type {HeldLane} from './held-lane.ts';
import type {RevokeReason} from './lane.ts';
import {LaneStoppedError} from './lane-error.ts';
import type {OffsetMirror} from './offset-mirror.ts';

export type HandOverRoom = {
	readonly feed: Feed;
	readonly commit: GroupCommit;
	readonly mirror: OffsetMirror;
	/** Milliseconds a handler may go on. */
	readonly drainTimeout: number;
	/** The incarnation's end. */
	readonly signal: AbortSignal;
};

/**
 * Gives a lane back in order: what is finished is committed and acknowledged, then the record is marked `clean`, then the lock is released. The next owner need not
 * fence. Cut short by the incarnation's end; a lane that is lost meanwhile needs nothing more.
 */
export async function handOver(held: HeldLane, reason: RevokeReason, room: HandOverRoom): Promise<void> {
	const {process, lease} = held;
	held.tell({type: 'revoked', reason});
	if (!lease) {
		held.waiting.abort(new LaneStoppedError(held.lane, 'no longer wanted'));
		return;
	}
	if (process) {
		room.feed.close(held.lane);
		const deadline = new AbortController();
		const patience = AbortSignal.any([deadline.signal, room.signal]);
		await Promise.race([
			process.drain(),
			sleep(room.drainTimeout, undefined, {signal: patience}).catch(() => undefined),
		]);
		deadline.abort();
		if (process.isWorking) process.abandon();
		await room.commit.flush(process);
		// Only now: `clean` promises that nothing of this lane is open.
		if (held.process === process) await held.mirror(room.mirror, {clean: true})?.settled();
	}
	if (held.state.status !== 'draining') return;
	held.end(new LaneStoppedError(held.lane, 'handed over'));
	await lease.release();
	held.tell({type: 'released'});
}
