import type {Lease} from '../lease.ts';

export type LostReason = 'lock' | 'session' | 'fenced';
export type RevokeReason = 'plan' | 'close';

/**
 * One lane's life, as its worker sees it. The way to `running` bears the names of the protocol's steps: the lock, the fence of the recorded owner, the record of
 * oneself, the position read after both.
 */
export type LaneState =
	| {readonly status: 'idle'}
	/** In the lock's queue. */
	| {readonly status: 'locking'}
	| {readonly status: 'fencing' | 'recording' | 'positioning'; readonly lease: Lease}
	| {
			readonly status: 'running';
			readonly lease: Lease;
			readonly epoch: bigint;
			/** Who holds the lane back: the user by `pause`, or its own full queue. Both may. */
			readonly pausedBy: readonly Pauser[];
			/** The worker's transaction failed for this reason; nothing is committed until its outcome is known. */
			readonly recovering?: Error;
	  }
	/** Begins no record any more; what is finished is being committed. */
	| {readonly status: 'draining'; readonly lease: Lease; readonly reason: RevokeReason}
	/** Stopped by an error. The lock is kept, so that nobody else runs into it; what was finished before is committed. */
	| {readonly status: 'halted'; readonly lease: Lease; readonly epoch: bigint | undefined; readonly error: Error}
	/** Taken away. What was in memory is dropped. */
	| {readonly status: 'lost'; readonly reason: LostReason; readonly cause?: unknown};
export type LaneStatus = LaneState['status'];
export type Pauser = 'user' | 'back-pressure';

export type LaneEvent =
	| {readonly type: 'assigned'}
	| {readonly type: 'locked'; readonly lease: Lease}
	| {readonly type: 'fenced'}
	/** Somebody else wrote the lane's record since the look: look again. */
	| {readonly type: 'outrun'}
	| {readonly type: 'recorded'}
	| {readonly type: 'positioned'; readonly epoch: bigint; readonly paused: boolean}
	| {readonly type: 'paused' | 'resumed'; readonly by: Pauser}
	| {readonly type: 'recovering'; readonly cause: Error}
	| {readonly type: 'recovered'}
	| {readonly type: 'halted'; readonly error: Error}
	| {readonly type: 'restarted'; readonly paused: boolean}
	| {readonly type: 'revoked'; readonly reason: RevokeReason}
	| {readonly type: 'released'}
	| {readonly type: 'lost'; readonly reason: LostReason; readonly cause?: unknown};

/** The state that follows, or the same one where the event changes nothing. Pure. */
export function next(state: LaneState, event: LaneEvent): LaneState {
	switch (event.type) {
		case 'assigned':
			return state.status === 'idle' || state.status === 'lost' ? {status: 'locking'} : state;
		case 'locked':
			return state.status === 'locking' ? {status: 'fencing', lease: event.lease} : state;
		case 'fenced':
			return state.status === 'fencing' ? {status: 'recording', lease: state.lease} : state;
		case 'outrun':
			if (state.status !== 'recording' && state.status !== 'positioning') return state;
			return {status: 'fencing', lease: state.lease};
		case 'recorded':
			return state.status === 'recording' ? {status: 'positioning', lease: state.lease} : state;
		case 'positioned':
			return state.status === 'positioning' ? running(state.lease, event.epoch, event.paused) : state;
		case 'paused':
			if (state.status !== 'running' || state.pausedBy.includes(event.by)) return state;
			return {...state, pausedBy: [...state.pausedBy, event.by]};
		case 'resumed':
			if (state.status !== 'running' || !state.pausedBy.includes(event.by)) return state;
			return {...state, pausedBy: state.pausedBy.filter(by => by !== event.by)};
		case 'recovering':
			return state.status === 'running' ? {...state, recovering: event.cause} : state;
		case 'recovered': {
			if (state.status !== 'running' || !state.recovering) return state;
			const {recovering: _, ...rest} = state;
			return rest;
		}
		case 'halted':
			if (!('lease' in state) || state.status === 'draining' || state.status === 'halted') return state;
			return {
				status: 'halted',
				lease: state.lease,
				epoch: state.status === 'running' ? state.epoch : undefined,
				error: event.error,
			};
		case 'restarted':
			if (state.status !== 'halted' || state.epoch === undefined) return state;
			return running(state.lease, state.epoch, event.paused);
		case 'revoked':
			if (state.status === 'locking') return {status: 'idle'};
			if (!('lease' in state) || state.status === 'draining') return state;
			return {status: 'draining', lease: state.lease, reason: event.reason};
		case 'released':
			return state.status === 'draining' ? {status: 'idle'} : state;
		case 'lost':
			if (!('lease' in state)) return state;
			return {status: 'lost', reason: event.reason, ...(event.cause === undefined ? {} : {cause: event.cause})};
	}
}

function running(lease: Lease, epoch: bigint, paused: boolean): LaneState {
	return {status: 'running', lease, epoch, pausedBy: paused ? ['user'] : []};
}
