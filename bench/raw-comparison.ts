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
/** One case in all batches together, by the peers' names. */
export type RawResult = RawCase & {readonly costs: Readonly<Record<string, RawCost>>};

const operations = ['create', 'get', 'set', 'delete'] as const;

/** The four operations one after the other: `create` makes what the others use. */
export function operationCases(inFlight: number, bytes: number, count: number): RawCase[] {
	return operations.map(name => ({name, inFlight, bytes, count}));
}

/**
 * Batch by batch in turn, another peer first each time, so that whatever else the machine does meets them all; and one peer deletes what it has created before the next creates, for the
 * server's memory. What counts is the time of all batches together: a server on few processors works in spells, at twice or half the rate, and the middle of many batches says only which
 * spell was the more frequent. Each does everything twice in its turn, and the second time counts: a process that has waited for the others begins slowly, and nobody's application waits like that.
 */
export async function compareRaw(
	peers: Readonly<Record<string, Peer>>,
	cases: readonly RawCase[],
	batches: number,
): Promise<readonly RawResult[]> {
	const measured = cases.map(() => new Map<string, RawCost[]>());
	const running = new Map(Object.entries(peers));
	for (let batch = 0; batch < batches; batch++) {
		for (const [peer, process] of inTurn([...running], batch)) {
			try {
				await measureAll(process, cases);
				for (const [index, cost] of (await measureAll(process, cases)).entries()) {
					const costs = measured[index];
					costs?.set(peer, [...(costs.get(peer) ?? []), cost]);
				}
			} catch (error) {
				// One of them aborts now and then; what it was measured with until then counts.
				console.error(`${peer} goes on no more: ${(error as Error).message}`);
				running.delete(peer);
			}
		}
	}
	return cases.map((one, index) => ({
		...one,
		costs: Object.fromEntries(
			[...(measured[index] ?? [])].map(([peer, costs]) => [
				peer,
				{time: mean(costs.map(({time}) => time)), cpu: mean(costs.map(({cpu}) => cpu))},
			]),
		),
	}));
}

async function measureAll(process: Peer, cases: readonly RawCase[]): Promise<RawCost[]> {
	const costs: RawCost[] = [];
	for (const {name, inFlight, bytes, count} of cases) {
		const [time = Number.NaN, cpu = Number.NaN] = await process.measure(name, inFlight, bytes, count);
		costs.push({time: time / count, cpu: cpu / count});
	}
	return costs;
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** From another one on in each batch, the first of all from the first. */
function inTurn<T>(peers: readonly T[], batch: number): readonly T[] {
	const first = batch % peers.length;
	return [...peers.slice(first), ...peers.slice(0, first)];
}
