import {CoordinationError} from '../../lib/index.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

/** What is wrong with one lane. The others go on. */
abstract class LaneError extends CoordinationError {
	readonly topic: string;
	readonly partition: number;

	constructor({topic, partition}: TopicPartition, what: string, options?: ErrorOptions) {
		super(`lane ${laneKey({topic, partition})}: ${what}`, options);
		this.topic = topic;
		this.partition = partition;
	}
}

/** The lane is no longer this worker's: another may be at work on it. The reason of the handler's `signal`, and thrown by an `emit` that comes after it. */
export class LaneLostError extends LaneError {
	readonly code = 'LANE_LOST';
}

/** The lane was handed over, closed or rewound while the handler was at work: what it did is dropped, and done again by whoever goes on. */
export class LaneStoppedError extends LaneError {
	readonly code = 'LANE_STOPPED';
}

/** `emit` was called after its handler had settled, or after the record it belonged to was resolved. */
export class LateEmitError extends LaneError {
	readonly code = 'LATE_EMIT';

	constructor(lane: TopicPartition) {
		super(
			lane,
			'`emit` was called too late, the record could belong to no commit. Await everything that emits before the handler returns',
		);
	}
}

/** The handler threw, and again at every retry. `cause` is what it threw last. */
export class HandlerFailedError extends LaneError {
	readonly code = 'HANDLER_FAILED';
	/** The input record. */
	readonly offset: bigint;
	readonly attempts: number;

	constructor(lane: TopicPartition, offset: bigint, attempts: number, cause: unknown) {
		super(lane, `the handler failed at offset ${offset}, attempt ${attempts}`, {cause});
		this.offset = offset;
		this.attempts = attempts;
	}
}

/** ZooKeeper knows the lane as committed, but the sink knows no position any more (retention, deleted group): going on could emit twice. */
export class CarrierMissingError extends LaneError {
	readonly code = 'CARRIER_MISSING';
}

/** The positions in ZooKeeper and in the sink contradict each other in a way that the protocol cannot lead to. */
export class OffsetMismatchError extends LaneError {
	readonly code = 'OFFSET_MISMATCH';
}

/** The input does not hold the offset that comes next: records were deleted unread, or the topic is another one. */
export class GapError extends LaneError {
	readonly code = 'GAP';
	readonly expected: bigint;

	constructor(lane: TopicPartition, expected: bigint, what: string) {
		super(lane, `offset ${expected} comes next, but ${what}`);
		this.expected = expected;
	}
}

/** The lane's `offset` znode holds something else than this package writes. */
export class OffsetDataError extends CoordinationError {
	readonly code = 'OFFSET_DATA';
	readonly path: string;

	constructor(path: string, what: string, options?: ErrorOptions) {
		super(`${path} holds no valid offset: ${what}`, options);
		this.path = path;
	}
}
