import {linear, linearTicks} from '../bin/bench/report/scale.ts';
import type {RawCost, RawResult} from './raw-comparison.ts';

const width = 760;
const panelHeight = 190;
const left = 52;
const right = width - 8;
const top = 54;

/** Two colours tell Docent from the others, which are shades of one; each in the reader's choice of light or dark. */
const style = `
text { font: 12px system-ui, sans-serif; fill: #57606a; }
text.title { font-weight: 600; fill: #24292f; }
.grid { stroke: #d0d7de; }
.bar0 { fill: #2f6db5; } .bar1 { fill: #8c959f; } .bar2 { fill: #b3bac2; } .bar3 { fill: #d8dde2; }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1; } text.title { fill: #f0f6fc; }
.grid { stroke: #3d444d; }
.bar0 { fill: #6cb0f5; } .bar1 { fill: #848d97; } .bar2 { fill: #646c76; } .bar3 { fill: #474e57; }
}`;

/** What operations cost each peer: how many are done in a second, and what one takes of the processors. */
export function rawChart(title: string, results: readonly RawResult[]): string {
	const peers = Object.keys(results[0]?.costs ?? {});
	const key = peers.map(
		(peer, index) =>
			`<rect class="bar${index}" x="${left + index * 170}" y="26" width="12" height="12"/><text x="${left + 18 + index * 170}" y="36">${peer}</text>`,
	);
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + 2 * panelHeight}" role="img" aria-label="${title}">
<style>${style}</style>
<text class="title" x="${left}" y="14">${title}</text>
${key.join('\n')}
${panel('thousands a second: more is better', results, cost => 1000 / cost.time, top)}
${panel('microseconds of processor for one: less is better', results, cost => cost.cpu, top + panelHeight)}
</svg>
`;
}

function panel(title: string, results: readonly RawResult[], value: (cost: RawCost) => number, from: number): string {
	const bottom = from + panelHeight - 26;
	const ticks = linearTicks(Math.max(1, ...results.flatMap(({costs}) => Object.values(costs).map(value))));
	const y = linear([0, ticks.at(-1) ?? 1], [bottom, from + 24]);
	const x = linear([0, results.length], [left, right]);
	const grid = ticks.map(tick => {
		const at = y(tick).toFixed(1);
		return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick}</text>`;
	});
	const bars = results.flatMap(({name, costs}, group) => {
		const shown = Object.entries(costs);
		const step = (x(1) - x(0)) / (shown.length + 1);
		const label = `<text x="${x(group + 0.5).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${name}</text>`;
		return [
			label,
			...shown.map(([peer, cost], index) => {
				const at = x(group) + step * (index + 0.5);
				return `<rect class="bar${index}" x="${at.toFixed(1)}" y="${y(value(cost)).toFixed(1)}" width="${(step - 3).toFixed(1)}" height="${(bottom - y(value(cost))).toFixed(1)}"><title>${peer}: ${value(cost).toFixed(1)}</title></rect>`;
			}),
		];
	});
	return [`<text x="${left}" y="${from + 12}">${title}</text>`, ...grid, ...bars].join('\n');
}
