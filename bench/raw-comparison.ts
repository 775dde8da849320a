import {median} from './median.ts';
import type {Peer} from './peer.ts';

/** One workload of all peers. */
export type RawCase = {
	readonly name: 'create' | 'get' | 'set' | 'delete' | 'connect' | 'fan-out';
	/** Operations under way at once; of `fan-out` the sessions that watch. */
	readonly inFlight: number;
	/** Of data. */
	readonly bytes: number;
	/** Operations in each batch; of `fan-out` changes. */
	readonly count: number;
};
export type RawCost = {
	/** Of one operation, one connection, or one change until everybody has heard of it; microseconds. */
	readonly time: number;
	/** What the client's process spent of processors on it, all threads together; microseconds. */
	readonly cpu: number;
};
/** The medians of one case, by the peers' names. */
export type RawResult = RawCase & {readonly costs: Readonly<Record<string, RawCost>>};

const operations = ['create', 'get', 'set', 'delete'] as const;

/** The four operations one after the other: `create` makes what the others use. */
export function operationCases(inFlight: number, bytes: number, count: number): RawCase[] {
	return operations.map(name => ({name, inFlight, bytes, count}));
}

/**
 * Batch by batch in turn, another peer first each time, so that whatever else the machine does meets them all; and one peer deletes what it has created before the next creates, for the
 * server's memory. The first batches are not counted, but let everybody compile what they run.
 */
export async function compareRaw(
	peers: Readonly<Record<string, Peer>>,
	cases: readonly RawCase[],
	{batches, warmUps}: {readonly batches: number; readonly warmUps: number},
): Promise<readonly RawResult[]> {
	const measured = cases.map(() => new Map<string, RawCost[]>());
	for (let batch = -warmUps; batch < batches; batch++) {
		for (const [peer, process] of inTurn(Object.entries(peers), batch)) {
			for (const [index, {name, inFlight, bytes, count}] of cases.entries()) {
				const [time = Number.NaN, cpu = Number.NaN] = await process.measure(name, inFlight, bytes, count);
				if (batch < 0) continue;
				const costs = measured[index];
				costs?.set(peer, [...(costs.get(peer) ?? []), {time: time / count, cpu: cpu / count}]);
			}
		}
	}
	return cases.map((one, index) => ({
		...one,
		costs: Object.fromEntries(
			[...(measured[index] ?? [])].map(([peer, costs]) => [
				peer,
				{time: median(costs.map(({time}) => time)), cpu: median(costs.map(({cpu}) => cpu))},
			]),
		),
	}));
}

/** From another one on in each batch, the first of all from the first. */
function inTurn<T>(peers: readonly T[], batch: number): readonly T[] {
	const first = Math.max(0, batch) % peers.length;
	return [...peers.slice(first), ...peers.slice(0, first)];
}
