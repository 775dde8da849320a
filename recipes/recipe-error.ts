import {CoordinationError} from '../lib/index.ts';

/**
 * Why a lease ended before it was released:
 * `suspended`, the connection went (with `revokeOn: 'suspended'`); `untrusted`, no server answered in time, so the session may be over; `session`, it is over;
 * `deleted`, somebody deleted the lease's znode (if in the first 100 ms, it is told at their end); `closed`, the client was closed; `interrupted`, its leadership was to end; `released`, it was given back by its holder and
 * used after that.
 */
export type LossReason = 'suspended' | 'untrusted' | 'session' | 'deleted' | 'closed' | 'interrupted' | 'released';

const reasons: Readonly<Record<LossReason, string>> = {
	suspended: 'the connection was lost',
	untrusted: 'no server answered in time, the session may be over',
	session: 'the session has ended',
	deleted: 'its znode was deleted',
	closed: 'the client was closed',
	interrupted: 'its leadership was interrupted',
	released: 'it was released',
};

/** The lease is over: another holder may be at work. `cause` is the error behind it, if there is one. */
export class LeaseLostError extends CoordinationError {
	readonly code = 'LEASE_LOST';
	readonly reason: LossReason;
	/** The lease's znode. */
	readonly path: string;

	constructor(path: string, reason: LossReason, options?: ErrorOptions) {
		super(`the lease ${path} is lost: ${reasons[reason]}`, options);
		this.path = path;
		this.reason = reason;
	}
}

/**
 * The sequence numbers under a znode are about to wrap (the server counts to 2^31 - 1), after which no order could be told. Remedy: delete that znode
 * when nothing queues there; it is created anew and counts from 0.
 */
export class SequenceExhaustedError extends CoordinationError {
	readonly code = 'SEQUENCE_EXHAUSTED';
	readonly path: string;
	readonly sequence: number;

	constructor(path: string, sequence: number) {
		super(`the sequence numbers under ${path} are used up (${sequence}): delete that znode when nothing queues there`);
		this.path = path;
		this.sequence = sequence;
	}
}

/** A configuration's bytes could not be decoded, or do not fit its schema. `cause` says how. */
export class ConfigDataError extends CoordinationError {
	readonly code = 'CONFIG_DATA';
	readonly path: string;
	/** The version of the znode that was refused. */
	readonly version: number;

	constructor(path: string, version: number, cause: unknown) {
		super(`${path} version ${version} holds no valid configuration`, {cause});
		this.path = path;
		this.version = version;
	}
}

/** The bytes of a queue's item are not those that Curator writes. `cause` says how. Remedy: delete that znode. */
export class QueueDataError extends CoordinationError {
	readonly code = 'QUEUE_DATA';
	readonly path: string;

	constructor(path: string, cause: unknown) {
		super(`${path} holds no item of a queue: delete it`, {cause});
		this.path = path;
	}
}
