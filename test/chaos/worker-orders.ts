import type {ChaosEvent} from './history.ts';
import type {SubjectName} from './subjects.ts';

/** What a worker process is started with, as JSON in its only argument. */
export type WorkerOrders = {
	readonly connectString: string;
	readonly seed: number;
	/** Its number. */
	readonly process: number;
	readonly root: string;
	readonly subjects: readonly SubjectName[];
	/** Milliseconds. */
	readonly sessionTimeout: number;
	/** How fast its clock runs; 1 is right. */
	readonly clockRate: number;
	/** Milliseconds; the client's default if it is missing. */
	readonly leaseMargin?: number | undefined;
};

/** A write is told by its token; the resource gives its time. */
export type WorkerMessage =
	| {readonly type: 'ready' | 'done'}
	| {readonly type: 'session'; readonly id: bigint; readonly password: Uint8Array}
	| {readonly type: 'write'; readonly resource: string; readonly request: string; readonly token: bigint}
	| {readonly type: 'event'; readonly event: ChaosEvent};

/** `start`: after everybody is ready. `linger`: whatever is held is to be held for so long, unless it is lost. `finish`: one more lap each, and the end. */
export type ParentMessage =
	| {readonly type: 'start' | 'finish'}
	| {readonly type: 'linger'; readonly milliseconds: number};
