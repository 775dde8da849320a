import type {LatencySummary} from './latencies.ts';

export type SeriesResult = LatencySummary & {
	readonly name: string;
	/** Calls a second while there were any; `undefined` where that says nothing. */
	readonly perSecond: number | undefined;
};

export type Interval = {
	/** Seconds since the measurement began. */
	readonly at: number;
	readonly count: number;
	/** Microseconds. */
	readonly p50: number;
	readonly p99: number;
};

/** What a measurement came to; the document of `--json`. Times are microseconds unless a name says otherwise. */
export type BenchResult = {
	readonly format: 1;
	readonly workload: string;
	/** The library that was measured, and its version; `undefined` in results from before there were others. */
	readonly client?: string | undefined;
	/** The options that shaped it, as they would be written. */
	readonly settings: Readonly<Record<string, string>>;
	readonly target: string;
	/** ISO 8601. */
	readonly startedAt: string;
	readonly seconds: number;
	readonly ended: 'complete' | 'interrupted' | 'failed';
	readonly machine: string;
	/** Median of a read of the root, before the measurement: one round trip. */
	readonly roundTrip: number;
	readonly series: readonly SeriesResult[];
	readonly timeline: {readonly interval: number; readonly intervals: readonly Interval[]};
	/** Acquisitions by contender. */
	readonly contenders: readonly number[];
	/** Jain's index of the contenders of one lock, the mean over all locks. */
	readonly fairness: number | undefined;
	/** What ZooKeeper was asked for one acquisition with its release, on average, with all that is sent in the background. */
	readonly requestsPerTurn: number | undefined;
	/** Of an acquisition's requests those that follow one another; the mean. `undefined` where several contend for one lock, and for other libraries. */
	readonly roundTripsPerAcquisition?: number | undefined;
	readonly errors: Readonly<Record<string, number>>;
	/** The latest error's message, by its code. */
	readonly errorMessages: Readonly<Record<string, string>>;
	readonly lostLeases: number;
};
