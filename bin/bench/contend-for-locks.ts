import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, joinPath} from '../../lib/index.ts';
import {type Lock, Mutex, ReadWriteLock, Semaphore} from '../../recipes/index.ts';
import {tell, type WorkerOrders} from './messages.ts';
import {monotonicMicros} from './monotonic.ts';
import type {RoundTripCounter} from './round-trip-counter.ts';
import type {SampleBuffer} from './samples.ts';
import {tellError} from './tell-error.ts';
import {type ContendedWorkload, pathOf, seriesOf} from './workload.ts';

type Measurement = {
	readonly samples: SampleBuffer;
	readonly roundTrips: RoundTripCounter;
	readonly signal: AbortSignal;
};
/** What to acquire next, and the series that the acquisition belongs to. */
type Turn = {readonly lock: Lock; readonly series: number};

/** Each contender acquires, holds and releases, over and over, until the signal. */
export async function contendForLocks(
	client: Client,
	{folder, workload, contenders}: WorkerOrders<ContendedWorkload>,
	measurement: Measurement,
): Promise<void> {
	const contend = async (contender: number): Promise<void> => {
		const path = joinPath(folder, `lock-${pathOf(contender, workload)}`);
		const nextTurn = turnsOf(client, path, workload);
		while (!measurement.signal.aborted) await takeTurn(nextTurn(), contender, workload, measurement);
	};
	await Promise.all(contenders.map(contend));
}

async function takeTurn(
	{lock, series}: Turn,
	contender: number,
	{kind, hold}: ContendedWorkload,
	{samples, roundTrips, signal}: Measurement,
): Promise<void> {
	const releases = seriesOf(kind).length - 1;
	try {
		const asked = monotonicMicros();
		const lease = await roundTrips.count(() => lock.acquire({signal}));
		samples.add(series, contender, asked);
		if (hold > 0) await sleep(hold, undefined, {signal}).catch(() => {});
		if (lease.signal.aborted) tell({kind: 'lost'});
		const released = monotonicMicros();
		await lease.release();
		samples.add(releases, contender, released);
	} catch (error) {
		await tellError(error, signal);
	}
}

/** Every contender has a lock object of its own, so that it queues for itself. */
function turnsOf(client: Client, path: string, workload: ContendedWorkload): () => Turn {
	if (workload.kind === 'lock') {
		const lock = new Mutex(client, path);
		return () => ({lock, series: 0});
	}
	if (workload.kind === 'semaphore') {
		const lock = new Semaphore(client, path, {leases: workload.leases});
		return () => ({lock, series: 0});
	}
	const {read, write} = new ReadWriteLock(client, path);
	// Spread evenly: of any hundred acquisitions in a row just so many read.
	let share = Math.floor(Math.random() * 100);
	return () => {
		share += workload.reads;
		const reads = share >= 100;
		share %= 100;
		return reads ? {lock: read, series: 0} : {lock: write, series: 1};
	};
}
