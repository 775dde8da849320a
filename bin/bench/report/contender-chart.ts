import {formatCount} from '../format.ts';
import {linear, linearTicks} from './scale.ts';

const width = 720;
const height = 150;
const left = 58;
const right = width - 12;
const top = 10;
const bottom = height - 22;
/** Beyond so many columns their numbers would run into each other. */
const mostLabels = 24;

/** A column for each contender: a fair lock makes them equal. */
export function contenderChart(acquisitions: readonly number[]): string {
	const ticks = linearTicks(Math.max(...acquisitions, 1));
	const y = linear([0, ticks.at(-1) ?? 1], [bottom, top]);
	const x = linear([0, acquisitions.length], [left, right]);
	const gap = Math.min(8, (x(1) - x(0)) / 5);
	const grid = ticks.map(
		tick =>
			`<line class="grid" x1="${left}" x2="${right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="axis" x="${left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${formatCount(tick)}</text>`,
	);
	const columns = acquisitions.map((count, contender) => {
		const from = x(contender) + gap / 2;
		const label =
			acquisitions.length > mostLabels
				? ''
				: `<text class="axis" x="${x(contender + 0.5).toFixed(1)}" y="${height - 6}" text-anchor="middle">${contender + 1}</text>`;
		return `<rect class="bar" x="${from.toFixed(1)}" y="${y(count).toFixed(1)}" width="${(x(contender + 1) - gap / 2 - from).toFixed(1)}" height="${(bottom - y(count)).toFixed(1)}"><title>contender ${contender + 1}: ${formatCount(count)}</title></rect>${label}`;
	});
	return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="acquisitions by contender">
${[...grid, ...columns].join('\n')}
</svg>`;
}
