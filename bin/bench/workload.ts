/** Milliseconds unless a name says otherwise. */
type Sessions = {
	readonly sessionTimeout: number;
	readonly connectTimeout: number;
};
type Timed = Sessions & {
	readonly duration: number;
	readonly warmUp: number;
	readonly processes: number;
};
type Contended = Timed & {
	readonly contenders: number;
	readonly paths: number;
	readonly hold: number;
};

export type LockWorkload = Contended & {readonly kind: 'lock'};
export type ReadWriteLockWorkload = Contended & {
	readonly kind: 'rwlock';
	/** How many acquisitions of a hundred only read. */
	readonly reads: number;
};
export type SemaphoreWorkload = Contended & {
	readonly kind: 'semaphore';
	/** How many may hold at once. */
	readonly leases: number;
};
export type RawWorkload = Timed & {
	readonly kind: 'raw';
	/** Requests that each process keeps in flight; 1: one after the other. */
	readonly inFlight: number;
	/** Bytes of a znode's data. */
	readonly size: number;
};
export type ElectionWorkload = Sessions & {
	readonly kind: 'election';
	/** Each in a process of its own, because one of them is killed. */
	readonly contenders: number;
	/** How often a leader resigns. */
	readonly rounds: number;
	/** How often a leader is killed. */
	readonly kills: number;
};

export type ContendedWorkload = LockWorkload | ReadWriteLockWorkload | SemaphoreWorkload;
export type TimedWorkload = ContendedWorkload | RawWorkload;
export type Workload = TimedWorkload | ElectionWorkload;

export type Series = {
	readonly name: string;
	/** Whether its samples make the timeline. */
	readonly inTimeline: boolean;
};

const all: Readonly<Record<Workload['kind'], readonly Series[]>> = {
	lock: [
		{name: 'acquire', inTimeline: true},
		{name: 'release', inTimeline: false},
	],
	rwlock: [
		{name: 'acquire read', inTimeline: true},
		{name: 'acquire write', inTimeline: true},
		{name: 'release', inTimeline: false},
	],
	semaphore: [
		{name: 'acquire', inTimeline: true},
		{name: 'release', inTimeline: false},
	],
	raw: ['create', 'get', 'set', 'delete'].map(name => ({name, inTimeline: true})),
	election: ['leader resigned', 'leader killed'].map(name => ({name, inTimeline: false})),
};

/** What a workload measures; a sample names its series by the index. */
export function seriesOf(kind: Workload['kind']): readonly Series[] {
	return all[kind];
}

export function isContended(workload: Workload): workload is ContendedWorkload {
	return workload.kind !== 'raw' && workload.kind !== 'election';
}

/** Which of the paths a contender contends for. */
export function pathOf(contender: number, {paths}: Pick<ContendedWorkload, 'paths'>): number {
	return contender % paths;
}
