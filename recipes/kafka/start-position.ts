import {CarrierMissingError} from './lane-error.ts';
import type {Feed} from './feed/feed.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

/**
 * Where a lane begins that nobody ever had. Resolved to a number, and stored, before its first record.
 *
 * - `earliest`, `latest`: the first record that the partition holds, or its end.
 * - `{timestamp}`: the first record at or after it (ms since the epoch).
 * - `{offset}`: for each lane.
 * - `group`: where the carrier group of this fleet already is, after ZooKeeper's data was lost. The user vouches that no other worker is alive; the consumer still waits
 *   out the transaction timeout, and requires the group to have no members.
 */
export type StartPosition =
	| 'earliest'
	| 'latest'
	| 'group'
	| {readonly timestamp: number}
	| {readonly offset: (lane: TopicPartition) => bigint | number | string};

/** Keys are `laneKey`s; a lane that the policy does not place gets the error instead. */
export async function resolveStart(
	lanes: readonly TopicPartition[],
	start: StartPosition,
	feed: Feed,
): Promise<ReadonlyMap<string, bigint | CarrierMissingError>> {
	if (lanes.length === 0) return new Map();
	if (start === 'group')
		return new Map(
			lanes.map(lane => [
				laneKey(lane),
				new CarrierMissingError(lane, "`start: 'group'`, but the group has no position"),
			]),
		);
	if (start === 'earliest' || start === 'latest') {
		const ranges = await feed.ranges(lanes);
		const end = start === 'earliest' ? 'low' : 'high';
		return new Map([...ranges].map(([key, range]) => [key, range[end]]));
	}
	if ('timestamp' in start) return feed.offsetsAt(lanes, start.timestamp);
	return new Map(lanes.map(lane => [laneKey(lane), BigInt(start.offset(lane))]));
}
