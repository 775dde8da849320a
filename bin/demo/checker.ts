/** What one input partition must lead to: the ids of its outputs, in their order. An id is whatever tells one output from all others. */
export type ExpectedLane = {readonly lane: string; readonly ids: readonly string[]};

/** An output as it lies in its topic. Those of one partition are given in the order of their offsets. */
export type ObservedRecord = {readonly partition: number; readonly id: string};

export type LaneReport = {
	readonly lane: string;
	readonly expected: number;
	/** How many outputs of the lane there are, repetitions included. */
	readonly found: number;
	/** Never came out. */
	readonly missing: readonly string[];
	/** Came out again: once for each time too many. */
	readonly repeated: readonly string[];
	/** First came out behind one of the same lane and the same output partition that it should have come before. */
	readonly disordered: readonly string[];
};

export type HistoryReport = {
	readonly lanes: readonly LaneReport[];
	/** Outputs that no lane should have led to. */
	readonly foreign: readonly string[];
	/** Each expected output is there once, in order, and nothing else. */
	readonly exactlyOnce: boolean;
};

/** Compares what came out with what should have. Order is a matter of one lane within one output partition: Kafka keeps no other. */
export function checkHistory(expected: readonly ExpectedLane[], observed: readonly ObservedRecord[]): HistoryReport {
	const lanes = expected.map(({lane, ids}) => new LaneHistory(lane, ids));
	const owners = new Map<string, {readonly lane: LaneHistory; readonly position: number}>();
	for (const lane of lanes) {
		for (const [position, id] of lane.ids.entries()) {
			if (owners.has(id)) throw new RangeError(`the id ${id} is expected twice: it cannot tell a duplicate`);
			owners.set(id, {lane, position});
		}
	}
	const foreign: string[] = [];
	for (const {partition, id} of observed) {
		const owner = owners.get(id);
		if (owner) owner.lane.take(partition, owner.position, id);
		else foreign.push(id);
	}
	const reports = lanes.map(lane => lane.report());
	const exactlyOnce = foreign.length === 0 && reports.every(isClean);
	return {lanes: reports, foreign, exactlyOnce};
}

/** Whether a lane's outputs are all there, once, in order. */
export function isClean({missing, repeated, disordered}: LaneReport): boolean {
	return missing.length + repeated.length + disordered.length === 0;
}

class LaneHistory {
	readonly lane: string;
	readonly ids: readonly string[];
	readonly #seen: boolean[];
	/** The furthest position seen in each output partition. */
	readonly #furthest = new Map<number, number>();
	readonly #repeated: string[] = [];
	readonly #disordered: string[] = [];
	#found = 0;

	constructor(lane: string, ids: readonly string[]) {
		this.lane = lane;
		this.ids = ids;
		this.#seen = ids.map(() => false);
	}

	take(partition: number, position: number, id: string): void {
		const furthest = this.#furthest.get(partition) ?? -1;
		this.#found++;
		if (this.#seen[position]) this.#repeated.push(id);
		else if (position < furthest) this.#disordered.push(id);
		this.#seen[position] = true;
		this.#furthest.set(partition, Math.max(furthest, position));
	}

	report(): LaneReport {
		return {
			lane: this.lane,
			expected: this.ids.length,
			found: this.#found,
			missing: this.ids.filter((_, position) => !this.#seen[position]),
			repeated: this.#repeated,
			disordered: this.#disordered,
		};
	}
}
