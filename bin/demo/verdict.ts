import {type HistoryReport, isClean, type LaneReport} from './checker.ts';
import type {Paint} from './paint.ts';

/** Where one input partition stands, by three accounts that must agree. */
export type LaneOffsets = {
	/** The offset in ZooKeeper. */
	readonly zooKeeper: number | undefined;
	/** The offset that the group committed in Kafka with the last transaction. */
	readonly carrier: number | undefined;
	/** The end of the partition. */
	readonly end: number;
};

export type Verdict = {
	readonly history: HistoryReport;
	/** In the order of the history's lanes. */
	readonly offsets: readonly LaneOffsets[];
	readonly holds: boolean;
};

const examplesShown = 3;
const titles = ['lane', 'in', 'out', 'missing', 'twice', 'disorder', 'ZooKeeper', 'Kafka', 'end'];
const widths = [6, 8, 8, 9, 7, 10, 11, 9, 9];

/** Whether everything came out exactly once, and every account of how far it got agrees. */
export function judge(history: HistoryReport, offsets: readonly LaneOffsets[]): Verdict {
	const agree = offsets.every(({zooKeeper, carrier, end}) => zooKeeper === end && carrier === end);
	return {history, offsets, holds: history.exactlyOnce && agree && offsets.length === history.lanes.length};
}

export function renderVerdict({history, offsets, holds}: Verdict, paint: Paint): readonly string[] {
	const rows = history.lanes.map((lane, index) => laneRow(lane, offsets[index], paint));
	const complaints = [
		...history.lanes.flatMap(lane => complaintsOf(lane)),
		...complaint('outputs that nothing led to', history.foreign),
	];
	return [
		paint('bold', row(titles)),
		...rows,
		'',
		...complaints.map(line => paint('red', line)),
		holds ? paint('green', sentence(history)) : paint('red', 'NOT exactly once: see above.'),
	];
}

function laneRow(lane: LaneReport, offsets: LaneOffsets | undefined, paint: Paint): string {
	const {zooKeeper, carrier, end} = offsets ?? {zooKeeper: undefined, carrier: undefined, end: 0};
	const faults = [lane.missing.length, lane.repeated.length, lane.disordered.length];
	const line = row([lane.lane, lane.expected, lane.found, ...faults, zooKeeper ?? '–', carrier ?? '–', end]);
	return isClean(lane) && zooKeeper === end && carrier === end ? line : paint('red', line);
}

function row(cells: readonly (string | number)[]): string {
	return cells.map((cell, index) => cell.toLocaleString('en').padStart(widths[index] ?? 0)).join('');
}

function complaintsOf({lane, missing, repeated, disordered}: LaneReport): readonly string[] {
	return [
		...complaint(`lane ${lane}: missing`, missing),
		...complaint(`lane ${lane}: came out again`, repeated),
		...complaint(`lane ${lane}: out of order`, disordered),
	];
}

function complaint(what: string, ids: readonly string[]): readonly string[] {
	if (ids.length === 0) return [];
	const examples = ids.slice(0, examplesShown).map(id => JSON.stringify(id));
	return [`${what}: ${ids.length} (${examples.join(', ')}${ids.length > examplesShown ? ', …' : ''})`];
}

function sentence({lanes}: HistoryReport): string {
	const total = lanes.reduce((sum, {expected}) => sum + expected, 0);
	return `Each of ${total.toLocaleString('en')} records came out exactly once, in order.`;
}
