import type {RawCost, RawResult} from './raw-comparison.ts';

const perSecond = ({time}: RawCost): number => 1_000_000 / time;

/** In Markdown: a table for each way of working, with the first peer's place beside the best of the others. */
export function rawTables(results: readonly RawResult[]): string {
	const groups = new Map<string, RawResult[]>();
	for (const result of results) {
		const title = titleOf(result);
		groups.set(title, [...(groups.get(title) ?? []), result]);
	}
	return [...groups].map(([title, rows]) => table(title, rows)).join('\n\n');
}

function titleOf({name, inFlight, bytes}: RawResult): string {
	if (name === 'connect' || name === 'fan-out') return 'sessions and watches';
	return `${inFlight} in flight, ${bytes < 1000 ? `${bytes} B` : `${bytes / 1000} KB`}`;
}

function table(title: string, rows: readonly RawResult[]): string {
	const peers = Object.keys(rows[0]?.costs ?? {});
	const columns = [title, ...peers, 'to the best'];
	const lines = rows.flatMap(row => {
		const costs = Object.values(row.costs);
		return [
			timeRow(row, costs),
			line(
				`${row.name}, µs of processor`,
				costs.map(({cpu}) => cpu.toFixed(1)),
				least(costs.map(({cpu}) => cpu)),
			),
		];
	});
	return [`| ${columns.join(' | ')} |`, `| --- |${' ---: |'.repeat(columns.length - 1)}`, ...lines].join('\n');
}

function timeRow({name, inFlight}: RawResult, costs: readonly RawCost[]): string {
	const ratio = least(costs.map(({time}) => time));
	if (name === 'connect' || name === 'fan-out') {
		const label = name === 'connect' ? 'connect' : `a change told to ${inFlight} sessions`;
		return line(
			label,
			costs.map(({time}) => `${(time / 1000).toFixed(2)} ms`),
			ratio,
		);
	}
	return line(
		`${name}, thousands a second`,
		costs.map(cost => (perSecond(cost) / 1000).toFixed(1)),
		ratio,
	);
}

/** How many times as much the best of the others needs. */
function least([ours = Number.NaN, ...theirs]: readonly number[]): number {
	return Math.min(...theirs) / ours;
}

function line(label: string, cells: readonly string[], ratio: number): string {
	return `| ${[label, ...cells, `${ratio.toFixed(2)} ×`].join(' | ')} |`;
}
