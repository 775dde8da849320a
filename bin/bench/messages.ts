import type {Security} from './security.ts';
import type {TimedWorkload, Workload} from './workload.ts';

/** What a worker process is told to do. */
export type WorkerOrders<Kind extends Workload = Workload> = {
	readonly connectString: string;
	readonly security: Security;
	/** The znode under which everything happens. */
	readonly folder: string;
	readonly workload: Kind;
	/** Which of the workload's contenders it plays. */
	readonly contenders: readonly number[];
};
export type TimedOrders = WorkerOrders<TimedWorkload>;

/** From the parent. Times are of `monotonicMicros()`. */
export type Command =
	/** `at`: when what is measured begins; what is before warms up. */
	{readonly kind: 'start'; readonly at: number} | {readonly kind: 'resign'} | {readonly kind: 'stop'};

/** To the parent. */
export type Report =
	| {readonly kind: 'ready'}
	| {readonly kind: 'samples'; readonly samples: Uint32Array}
	| {readonly kind: 'error'; readonly code: string; readonly message: string}
	| {readonly kind: 'lost'}
	/** What was sent to ZooKeeper for the turns that were measured; and the round trips of one acquisition, if that is known. */
	| {readonly kind: 'requests'; readonly count: number; readonly roundTrips: number | undefined}
	| {readonly kind: 'leading'; readonly at: number}
	| {readonly kind: 'resigned'; readonly at: number}
	| {readonly kind: 'failed'; readonly message: string}
	/** The last one. */
	| {readonly kind: 'done'};

export function tell(report: Report): void {
	process.send?.(report);
}
