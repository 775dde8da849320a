import {type BoardEvent, carriedOf, producedFor, type Snapshot, type WorkerRow} from './board.ts';
import type {Paint, Style} from './paint.ts';

export type ViewSize = {readonly columns: number; readonly rows: number};

const barWidth = 40;
const workerColumn = 33;
const ownerStyles: readonly Style[] = ['cyan', 'magenta', 'yellow', 'blue'];
const marks: Readonly<Record<WorkerRow['state'], string>> = {
	starting: '○',
	working: '●',
	killed: '✗',
	frozen: '❄',
	woken: '◐',
	finished: '✓',
};

/** The frame for one moment: as many lines as fit above the cursor, none wider than the terminal. */
export function renderFrame(now: Snapshot, {columns, rows}: ViewSize, paint: Paint): readonly string[] {
	const carried = carriedOf(now);
	const lag = paint('dim', `lag ${count(Math.max(0, now.produced - carried))}`);
	const batch = now.batchSize === undefined ? '' : paint('dim', ` · commits of ≤ ${count(now.batchSize)}`);
	const fixed = [
		`${paint('bold', 'docent demo')}  ${paint('dim', 'each record exactly once'.padEnd(55))}${clock(now.elapsed).padStart(12)}`,
		paint('dim', now.servers),
		'',
		`written ${bar(now.produced, now.total, 'blue', paint)} ${count(now.produced)} of ${count(now.total)}`,
		`carried ${bar(carried, now.total, 'green', paint)} ${count(carried)}  ${lag}`,
		'',
		`${paint('bold', 'workers'.padEnd(workerColumn))}${paint('bold', 'lanes')}${batch}`,
		...beside(workerLines(now, paint), laneLines(now, paint)),
		'',
	];
	const room = Math.max(0, rows - 1 - fixed.length);
	const events = room === 0 ? [] : now.events.slice(-room).map(event => eventLine(event, columns, paint));
	return [...fixed, ...events].slice(0, Math.max(1, rows - 1));
}

/** One line that says how things stand, for an output that cannot be redrawn. */
export function progressLine(now: Snapshot): string {
	const carried = carriedOf(now);
	const owned = now.workers.map(({id, state}) => {
		const lanes = lanesOf(id, now).join(',');
		return `${id}${id === now.leader ? '*' : ''} ${state === 'working' ? lanes || '–' : state}`;
	});
	const sums = `written ${count(now.produced)}, carried ${count(carried)}, lag ${count(Math.max(0, now.produced - carried))}`;
	return `${clock(now.elapsed)}  ${sums} | ${owned.join(' | ')}`;
}

export function plainEventLine({at, text}: BoardEvent): string {
	return `${clock(at)}  ${text}`;
}

export function count(value: number): string {
	return value.toLocaleString('en');
}

function workerLines(now: Snapshot, paint: Paint): readonly Cell[] {
	return now.workers.map(({id, state}) => {
		const style = styleOf(id, now);
		const alive = state === 'working' || state === 'woken';
		const lanes = lanesOf(id, now).join(' ');
		const role = id === now.leader && alive ? 'leads' : '     ';
		const what = alive && state === 'working' ? `${role}  ${lanes}` : state;
		return cell(`${marks[state]} ${id}  ${what}`, text => (alive ? paint(style, text) : paint('dim', text)));
	});
}

function laneLines(now: Snapshot, paint: Paint): readonly Cell[] {
	return now.lanes.map(({partition, owner, epoch, next}) => {
		const written = producedFor(partition, now.produced, now.lanes.length);
		const who = paint(styleOf(owner, now), (owner ?? '–').padEnd(4));
		const where = `epoch ${String(epoch).padEnd(3)} offset ${count(next).padStart(7)}`;
		const lag = paint('dim', `lag ${count(Math.max(0, written - next)).padStart(6)}`);
		return {width: 0, text: `${partition}  ${who} ${where}  ${lag}`};
	});
}

/** A painted text and how wide it is on the screen. */
type Cell = {readonly width: number; readonly text: string};

function cell(text: string, painted: (text: string) => string): Cell {
	const cut = text.slice(0, workerColumn - 1);
	return {width: cut.length, text: painted(cut)};
}

function beside(left: readonly Cell[], right: readonly Cell[]): readonly string[] {
	return Array.from({length: Math.max(left.length, right.length)}, (_, index) => {
		const {width, text} = left[index] ?? {width: 0, text: ''};
		return `${text}${' '.repeat(workerColumn - width)}${right[index]?.text ?? ''}`;
	});
}

function eventLine({at, tone, text}: BoardEvent, columns: number, paint: Paint): string {
	const room = columns - 7;
	const cut = text.length > room ? `${text.slice(0, room - 1)}…` : text;
	const painted = tone === 'plain' ? cut : paint(tone === 'fault' ? 'red' : 'green', cut);
	return `${paint('dim', clock(at))}  ${painted}`;
}

function lanesOf(id: string, {lanes}: Snapshot): readonly number[] {
	return lanes.filter(({owner}) => owner === id).map(({partition}) => partition);
}

function styleOf(id: string | undefined, {workers}: Snapshot): Style {
	const index = workers.findIndex(worker => worker.id === id);
	return ownerStyles[index % ownerStyles.length] ?? 'dim';
}

function bar(value: number, total: number, style: Style, paint: Paint): string {
	const full = Math.min(barWidth, Math.floor((barWidth * value) / total));
	return `${paint(style, '━'.repeat(full))}${paint('dim', '─'.repeat(barWidth - full))}`;
}

function clock(milliseconds: number): string {
	const seconds = Math.floor(milliseconds / 1000);
	return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
