import {setTimeout as sleep} from 'node:timers/promises';
import type {Feed} from './feed/feed.ts';
import {reconcile} from './reconcile.ts';
import type {Sink} from './sink/sink.ts';
import {resolveStart, type StartPosition} from './start-position.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

export type StartRoom = {
	readonly sink: Sink;
	readonly feed: Feed;
	readonly start: StartPosition;
	readonly transactionTimeout: number;
	readonly signal: AbortSignal;
};

/** Where lanes without a record are to begin, or why they must not. Keys are `laneKey`s. */
export async function startFresh(
	lanes: readonly TopicPartition[],
	{sink, feed, start, transactionTimeout, signal}: StartRoom,
): Promise<ReadonlyMap<string, bigint | Error>> {
	if (lanes.length === 0) return new Map();
	const positions = await sink.positions(lanes, {signal});
	const begins = new Map<string, bigint | Error>();
	const unplaced: TopicPartition[] = [];
	let isAdopting = false;
	for (const lane of lanes) {
		const carrier = positions.get(laneKey(lane));
		const found = reconcile({lane, carrier, record: undefined, adopts: start === 'group'});
		if (found.action === 'halt') begins.set(laneKey(lane), found.error);
		if (found.action === 'start') unplaced.push(lane);
		if (found.action === 'adopt' && carrier) {
			isAdopting = true;
			begins.set(laneKey(lane), carrier.next);
		}
	}
	if (isAdopting) {
		await sleep(transactionTimeout, undefined, {signal});
		await sink.checkCarrier({signal});
	}
	for (const [key, begin] of await resolveStart(unplaced, start, feed)) begins.set(key, begin);
	return begins;
}
