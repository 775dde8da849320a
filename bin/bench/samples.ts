import {monotonicMicros} from './monotonic.ts';

/** One measured call. */
export type Sample = {
	/** Index in the workload's series. */
	readonly series: number;
	readonly contender: number;
	/** When it was over: microseconds since the measurement began. */
	readonly at: number;
	/** How long it took, in microseconds. */
	readonly took: number;
};

const fields = 4;
const most = 2 ** 32 - 1;

/** Samples on their way to the parent: four numbers each, since there may be tens of thousands in a second. */
export class SampleBuffer {
	readonly #start: number;
	#values: number[] = [];

	/** @param start when the measurement begins, on `monotonicMicros()`; what is over before that belongs to the warming-up */
	constructor(start: number) {
		this.#start = start;
	}

	/** A call of `since` is over now. @returns now */
	add(series: number, contender: number, since: number): number {
		const now = monotonicMicros();
		if (now >= this.#start)
			this.#values.push(series, contender, Math.min(now - this.#start, most), Math.min(now - since, most));
		return now;
	}

	/** What was added since the last time; `undefined` if there is nothing. */
	take(): Uint32Array | undefined {
		if (this.#values.length === 0) return undefined;
		const taken = Uint32Array.from(this.#values);
		this.#values = [];
		return taken;
	}
}

export function* samplesIn(values: Uint32Array): Generator<Sample, void, undefined> {
	for (let index = 0; index + fields <= values.length; index += fields) {
		const [series = 0, contender = 0, at = 0, took = 0] = values.subarray(index, index + fields);
		yield {series, contender, at, took};
	}
}
