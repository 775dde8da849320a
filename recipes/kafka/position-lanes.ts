import {setTimeout as sleep} from 'node:timers/promises';
import type {Feed, OffsetRange} from './feed/feed.ts';
import {GapError} from './lane-error.ts';
import {reconcile} from './reconcile.ts';
import type {Sink} from './sink/sink.ts';
import type {Recorded} from './takeover.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

/** What to do where the input no longer holds the offset that comes next. Records are lost then; `halt` leaves it to a person. */
export type OutOfRange = 'halt' | 'earliest' | 'latest';

export type PositionRoom = {
	readonly sink: Sink;
	readonly feed: Feed;
	readonly outOfRange: OutOfRange;
	readonly signal: AbortSignal;
};

export type Positioned = {readonly position: bigint; readonly established: boolean; readonly epoch: bigint};

/** A partition's end falls back for a moment when its leader changes. */
const rangeChecks = 8;
const rangePause = 250;

/** Where each lane goes on, or why it must not. */
export async function positionLanes(
	recorded: readonly Recorded[],
	{sink, feed, outOfRange, signal}: PositionRoom,
): Promise<ReadonlyMap<TopicPartition, Positioned | Error>> {
	const lanes = recorded.map(({lane}) => lane);
	const [carriers, firstRanges] = await Promise.all([
		sink.positions(lanes, {signal}),
		feed.ranges(lanes),
		sink.checkCarrier({signal}),
	]);
	const result = new Map<TopicPartition, Positioned | Error>();
	let ranges = firstRanges;
	let unchecked = recorded.flatMap(({lane, before, node}): readonly (Positioned & {lane: TopicPartition})[] => {
		const carrier = carriers.get(laneKey(lane));
		// A lane without a record was placed when it was looked at, and its record says where.
		const found = reconcile({lane, carrier, record: before ?? node.record, adopts: false});
		// After ZooKeeper was wiped its epochs begin anew; the sink remembers a higher one.
		const epoch = carrier && carrier.epoch >= node.record.epoch ? carrier.epoch + 1n : node.record.epoch;
		if (found.action === 'go') return [{lane, position: found.position, established: found.established, epoch}];
		if (found.action === 'halt') result.set(lane, found.error);
		return [];
	});
	for (let check = 1; unchecked.length > 0; check++) {
		for (const {lane, ...at} of unchecked) {
			const range = ranges.get(laneKey(lane));
			const isLast = check === rangeChecks;
			const position = within(lane, at.position, range, isLast ? outOfRange : 'halt');
			result.set(lane, typeof position === 'bigint' ? {...at, position} : position);
		}
		unchecked = unchecked.filter(({lane}) => result.get(lane) instanceof GapError);
		if (unchecked.length === 0 || check === rangeChecks) break;
		await sleep(rangePause, undefined, {signal});
		ranges = await feed.ranges(unchecked.map(({lane}) => lane));
	}
	return result;
}

function within(
	lane: TopicPartition,
	position: bigint,
	range: OffsetRange | undefined,
	outOfRange: OutOfRange,
): bigint | GapError {
	if (!range) return new GapError(lane, position, 'the partition is not there');
	if (position >= range.low && position <= range.high) return position;
	if (outOfRange === 'earliest') return range.low;
	if (outOfRange === 'latest') return range.high;
	return new GapError(lane, position, `the partition holds ${range.low} to ${range.high}`);
}
