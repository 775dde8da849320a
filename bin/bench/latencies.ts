import {createHistogram, type RecordableHistogram} from 'node:perf_hooks';

export const shownPercentiles: readonly number[] = [50, 75, 90, 95, 99, 99.9];

/** Whether so many samples say anything of a percentile: at least one must lie beyond it, except for the median. */
export function isTold(percentile: number, count: number): boolean {
	return percentile <= 50 || count * (100 - percentile) + 1e-6 >= 100;
}

/** Microseconds throughout. */
export type LatencySummary = {
	readonly count: number;
	readonly min: number;
	readonly mean: number;
	readonly max: number;
	/** By `shownPercentiles`. */
	readonly percentiles: readonly number[];
	/** Counts by the lower bound of buckets that grow by `bucketGrowth`; empty ones are left out. */
	readonly buckets: readonly (readonly [from: number, count: number])[];
};

const bucketsPerDoubling = 8;
/** By what factor a bucket's upper bound is above its lower one. */
export const bucketGrowth: number = 2 ** (1 / bucketsPerDoubling);
const longest = 2 ** 32;

/** An HDR histogram of latencies in microseconds: three significant figures over the whole range, at a fixed size. */
export class Latencies {
	readonly #histogram: RecordableHistogram = createHistogram({lowest: 1, highest: longest, figures: 3});
	/** Node's histogram tells percentiles but not its counts, which a picture needs. */
	readonly #buckets = new Map<number, number>();

	record(micros: number): void {
		const value = Math.min(Math.max(1, Math.round(micros)), longest);
		this.#histogram.record(value);
		const bucket = Math.floor(Math.log2(value) * bucketsPerDoubling);
		this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
	}

	get count(): number {
		return this.#histogram.count;
	}

	/** 0 as long as there is nothing. */
	percentile(percentile: number): number {
		return this.count === 0 ? 0 : this.#histogram.percentile(percentile);
	}

	summary(): LatencySummary {
		const {count, min, max, mean} = this.#histogram;
		const percentiles = shownPercentiles.map(percentile => this.percentile(percentile));
		const buckets = [...this.#buckets]
			.sort(([a], [b]) => a - b)
			.map(([bucket, hits]) => [2 ** (bucket / bucketsPerDoubling), hits] as const);
		return count === 0
			? {count, min: 0, mean: 0, max: 0, percentiles, buckets}
			: {count, min, mean, max, percentiles, buckets};
	}
}
