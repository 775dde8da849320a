import {gapsBetween} from './gaps.ts';
import {jainIndex} from './jain.ts';
import {Latencies} from './latencies.ts';
import type {BenchResult, Interval, SeriesResult} from './result.ts';
import {type Sample, samplesIn} from './samples.ts';
import {isContended, pathOf, type Series, seriesOf, type Workload} from './workload.ts';

/** Everything of a result that samples and reports come to. */
export type Measured = Pick<
	BenchResult,
	| 'series'
	| 'timeline'
	| 'contenders'
	| 'fairness'
	| 'requestsPerTurn'
	| 'roundTripsPerAcquisition'
	| 'errors'
	| 'errorMessages'
	| 'lostLeases'
>;
export type Progress = {
	readonly count: number;
	/** Over the latest second of which everything was reported. */
	readonly perSecond: number;
	readonly p50: number;
	readonly p99: number;
	readonly errors: number;
	readonly lostLeases: number;
};

type Running = {readonly series: Series; readonly latencies: Latencies; first: number; last: number};

const intervals = 40;
const leastInterval = 100;
/** Microseconds after which the workers' deliveries are here. */
const reportingDelay = 200_000;

/** Counts up what the workers report. */
export class Tally {
	readonly #workload: Workload;
	readonly #series: readonly Running[];
	readonly #overall = new Latencies();
	readonly #intervals = new Map<number, Latencies>();
	readonly #acquisitions: number[];
	readonly #errors = new Map<string, {count: number; message: string}>();
	/** By path: when it was acquired, and when its release began. */
	readonly #turns: {readonly acquired: number[]; readonly released: number[]}[] = [];
	readonly #interval: number;
	readonly #end: number;
	#lostLeases = 0;
	#requests = 0;
	/** By process. */
	readonly #roundTrips: number[] = [];

	constructor(workload: Workload) {
		this.#workload = workload;
		this.#series = seriesOf(workload.kind).map(series => ({
			series,
			latencies: new Latencies(),
			first: Number.POSITIVE_INFINITY,
			last: 0,
		}));
		const duration = workload.kind === 'election' ? 0 : workload.duration;
		this.#interval = Math.max(leastInterval, duration / intervals) * 1000;
		this.#end = workload.kind === 'election' ? Number.POSITIVE_INFINITY : duration * 1000;
		const contenders = workload.kind === 'raw' ? workload.processes : workload.contenders;
		this.#acquisitions = Array.from({length: contenders}, () => 0);
		if (workload.kind === 'lock')
			this.#turns = Array.from({length: workload.paths}, () => ({acquired: [], released: []}));
	}

	addAll(samples: Uint32Array): void {
		for (const sample of samplesIn(samples)) this.add(sample);
	}

	add(sample: Sample): void {
		const {series: index, contender, at, took} = sample;
		const running = this.#series[index];
		// What ends after the end is cut off by it, hence not as long as it would have been.
		if (!running || at > this.#end) return;
		running.latencies.record(took);
		running.first = Math.min(running.first, at - took);
		running.last = Math.max(running.last, at);
		this.#follow(sample);
		if (!running.series.inTimeline) return;
		this.#acquisitions[contender] = (this.#acquisitions[contender] ?? 0) + 1;
		this.#overall.record(took);
		const number = Math.floor(at / this.#interval);
		const interval = this.#intervals.get(number) ?? new Latencies();
		this.#intervals.set(number, interval);
		interval.record(took);
	}

	error(code: string, message: string): void {
		this.#errors.set(code, {count: (this.#errors.get(code)?.count ?? 0) + 1, message});
	}

	lost(): void {
		this.#lostLeases++;
	}

	requests(count: number, roundTrips: number | undefined): void {
		this.#requests += count;
		if (roundTrips !== undefined) this.#roundTrips.push(roundTrips);
	}

	/** @param now microseconds since the measurement began */
	progress(now: number): Progress {
		return {
			count: this.#overall.count,
			perSecond: this.#recentRate(now),
			p50: this.#overall.percentile(50),
			p99: this.#overall.percentile(99),
			errors: [...this.#errors.values()].reduce((sum, {count}) => sum + count, 0),
			lostLeases: this.#lostLeases,
		};
	}

	#recentRate(now: number): number {
		const end = Math.floor((now - reportingDelay) / this.#interval);
		const start = Math.max(0, end - Math.ceil(1e6 / this.#interval));
		if (end <= start) return 0;
		const counts = Array.from({length: end - start}, (_, index) => this.#intervals.get(start + index)?.count ?? 0);
		const count = counts.reduce((sum, each) => sum + each, 0);
		return (count / ((end - start) * this.#interval)) * 1e6;
	}

	measured(): Measured {
		const errors = [...this.#errors];
		return {
			series: [...this.#series.map(running => this.#seriesResult(running)), ...this.#handOff()],
			timeline: {interval: this.#interval / 1e6, intervals: this.#timeline()},
			contenders: isContended(this.#workload) ? this.#acquisitions : [],
			fairness: this.#fairness(),
			requestsPerTurn:
				isContended(this.#workload) && this.#requests > 0
					? this.#requests / Math.max(1, this.#overall.count)
					: undefined,
			roundTripsPerAcquisition:
				this.#roundTrips.length === 0
					? undefined
					: this.#roundTrips.reduce((sum, each) => sum + each, 0) / this.#roundTrips.length,
			errors: Object.fromEntries(errors.map(([code, {count}]) => [code, count])),
			errorMessages: Object.fromEntries(errors.map(([code, {message}]) => [code, message])),
			lostLeases: this.#lostLeases,
		};
	}

	#seriesResult({series: {name}, latencies, first, last}: Running): SeriesResult {
		const summary = latencies.summary();
		const isRate = this.#workload.kind !== 'election' && summary.count > 1;
		return {name, ...summary, perSecond: isRate ? summary.count / ((last - first) / 1e6) : undefined};
	}

	/** Intervals without a sample are told too: an outage is to be seen. */
	#timeline(): readonly Interval[] {
		const length = Math.max(-1, ...this.#intervals.keys()) + 1;
		return Array.from({length}, (_, number) => {
			const latencies = this.#intervals.get(number);
			return {
				at: (number * this.#interval) / 1e6,
				count: latencies?.count ?? 0,
				p50: latencies?.percentile(50) ?? 0,
				p99: latencies?.percentile(99) ?? 0,
			};
		});
	}

	#fairness(): number | undefined {
		const workload = this.#workload;
		if (!isContended(workload)) return undefined;
		const indices = Array.from({length: workload.paths}, (_, path) =>
			jainIndex(this.#acquisitions.filter((_, contender) => pathOf(contender, workload) === path)),
		).filter(index => index !== undefined);
		return indices.length === 0 ? undefined : indices.reduce((sum, index) => sum + index, 0) / indices.length;
	}

	#follow({series, contender, at, took}: Sample): void {
		if (this.#workload.kind !== 'lock') return;
		const turns = this.#turns[pathOf(contender, this.#workload)];
		if (series === 0) turns?.acquired.push(at);
		else turns?.released.push(at - took);
	}

	/** From one's call of `release` until the next one holds: what a queue costs beside the work under the lock. */
	#handOff(): readonly SeriesResult[] {
		if (this.#workload.kind !== 'lock' || this.#workload.contenders === this.#workload.paths) return [];
		const latencies = new Latencies();
		for (const {acquired, released} of this.#turns)
			for (const gap of gapsBetween(released, acquired)) latencies.record(gap);
		return [{name: 'hand-off', ...latencies.summary(), perSecond: undefined}];
	}
}
