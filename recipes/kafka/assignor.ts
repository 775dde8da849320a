import {laneKey, type TopicPartition} from './topic-partition.ts';

/** Which worker is to own each lane; keys are `laneKey`s. */
export type Plan = ReadonlyMap<string, string>;

export type AssignorInput = {
	/** The workers that are here and not about to leave. */
	readonly members: readonly string[];
	readonly partitions: readonly TopicPartition[];
	readonly previous: Plan;
};

/**
 * The next plan: every lane has exactly one owner, no worker has two lanes more than another, and as few lanes move as that allows. Depends on nothing but its input,
 * in whatever order that comes. Without workers the plan is empty.
 */
export function assign({members, partitions, previous}: AssignorInput): Plan {
	const workers = [...new Set(members)].toSorted(compare);
	if (workers.length === 0) return new Map();
	const lanes = [...partitions].toSorted(byTopicAndPartition).map(laneKey);

	const held = new Map<string, string[]>(workers.map(worker => [worker, []]));
	for (const lane of lanes) held.get(previous.get(lane) ?? '')?.push(lane);

	const least = Math.floor(lanes.length / workers.length);
	const larger = lanes.length % workers.length;
	// Those who hold most get the larger shares: every lane beyond a share has to move.
	const byHoldings = workers.toSorted((a, b) => held.get(b)!.length - held.get(a)!.length || compare(a, b));
	const share = new Map(byHoldings.map((worker, rank) => [worker, least + (rank < larger ? 1 : 0)]));

	const plan = new Map<string, string>();
	for (const worker of workers) {
		for (const lane of held.get(worker)!.slice(0, share.get(worker)!)) {
			plan.set(lane, worker);
			share.set(worker, share.get(worker)! - 1);
		}
	}
	let turn = 0;
	for (const lane of lanes.filter(key => !plan.has(key))) {
		while (share.get(workers[turn % workers.length]!) === 0) turn++;
		const worker = workers[turn++ % workers.length]!;
		plan.set(lane, worker);
		share.set(worker, share.get(worker)! - 1);
	}
	return plan;
}

function byTopicAndPartition(a: TopicPartition, b: TopicPartition): number {
	return compare(a.topic, b.topic) || a.partition - b.partition;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
