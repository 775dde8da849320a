import {GapError} from './lane-error.ts';
import type {HeldLane} from './held-lane.ts';
import {persistently} from './persistently.ts';
import {laneKey} from './topic-partition.ts';
import type {WorkerRoom} from './worker-room.ts';

/** The input lost what comes next while the lane was running: stops the lane, or goes on where the policy says. What was fetched before is processed first. */
export async function reopenAfterGap(
	held: HeldLane,
	expected: bigint,
	{feed, outOfRange}: WorkerRoom,
	signal: AbortSignal,
): Promise<void> {
	const {lane, process} = held;
	if (outOfRange === 'halt') {
		held.halt(new GapError(lane, expected, 'the partition does not hold it any more'));
		return;
	}
	try {
		const ranges = await persistently(() => feed.ranges([lane]), {signal});
		const range = ranges.get(laneKey(lane));
		if (held.process !== process) return;
		if (range) held.fetch(outOfRange === 'earliest' ? range.low : range.high);
		else held.halt(new GapError(lane, expected, 'the partition is not there'));
	} catch (error) {
		if (!signal.aborted) held.halt(error as Error);
	}
}
