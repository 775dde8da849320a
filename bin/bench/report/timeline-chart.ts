import {formatMicros, formatRate, trimZeros} from '../format.ts';
import type {BenchResult, Interval} from '../result.ts';
import {linear, linearTicks, logarithmic, logarithmicTicks, type Scale} from './scale.ts';

type Timeline = BenchResult['timeline'];

const width = 720;
const height = 330;
const left = 58;
const right = width - 46;
const rates = {top: 22, bottom: 140};
const latencies = {top: 182, bottom: 304};

/** Calls a second above, latencies below, over the same seconds; an earlier run's rate as a line. */
export function timelineChart({interval, intervals}: Timeline, before: Timeline | undefined): string {
	const seconds = interval * Math.max(intervals.length, before?.intervals.length ?? 0);
	const x = linear([0, seconds], [left, right]);
	const ticks = linearTicks(seconds).filter(tick => tick <= seconds);
	return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="calls per second and latencies over time">
${ratePanel({interval, intervals}, before, x)}
${latencyPanel(intervals, interval, x)}
${ticks.map(tick => `<text class="axis" x="${x(tick).toFixed(1)}" y="${height - 8}" text-anchor="middle">${Number(tick.toFixed(3))} s</text>`).join('\n')}
</svg>`;
}

function ratePanel({interval, intervals}: Timeline, before: Timeline | undefined, x: Scale): string {
	const {top, bottom} = rates;
	const rateOf = ({count}: Interval, length: number): number => count / length;
	const all = [
		...intervals.map(each => rateOf(each, interval)),
		...(before?.intervals.map(each => rateOf(each, before.interval)) ?? []),
	];
	const ticks = linearTicks(Math.max(...all, 1));
	const y = linear([0, ticks.at(-1) ?? 1], [bottom, top]);
	const bars = intervals.map(each => {
		const rate = rateOf(each, interval);
		const from = x(each.at) + 0.5;
		return `<rect class="bar" x="${from.toFixed(1)}" y="${y(rate).toFixed(1)}" width="${(x(each.at + interval) - from - 0.5).toFixed(1)}" height="${(bottom - y(rate)).toFixed(1)}"><title>${each.at.toFixed(2)} s: ${formatRate(rate)} per second</title></rect>`;
	});
	const earlier = before?.intervals.map(
		each => `${x(each.at + before.interval / 2).toFixed(1)},${y(rateOf(each, before.interval)).toFixed(1)}`,
	);
	return `<text class="panel" x="${left}" y="12">calls per second</text>
${gridLines(ticks, y, formatRate)}
${bars.join('\n')}
${earlier ? `<polyline class="before" points="${earlier.join(' ')}"/>` : ''}`;
}

function latencyPanel(intervals: readonly Interval[], interval: number, x: Scale): string {
	const {top, bottom} = latencies;
	const measured = intervals.filter(({count}) => count > 0);
	const low = Math.min(...measured.map(({p50}) => p50)) / 1.25;
	const high = Math.max(...measured.map(({p99}) => p99)) * 1.25;
	const y = logarithmic([low, high], [bottom, top]);
	const last = measured.at(-1) ?? {p50: low, p99: low};
	const middle = (y(last.p50) + y(last.p99)) / 2;
	// At the lines' ends, but never on each other.
	const labels = {p50: Math.max(y(last.p50), middle + 6), p99: Math.min(y(last.p99), middle - 6)};
	const line = (name: 'p50' | 'p99'): string => {
		// Where nothing was measured the line has a gap.
		const path = intervals
			.map((each, index) => {
				if (each.count === 0) return '';
				const isFirst = (intervals[index - 1]?.count ?? 0) === 0;
				return `${isFirst ? 'M' : 'L'}${x(each.at + interval / 2).toFixed(1)} ${y(each[name]).toFixed(1)}`;
			})
			.join('');
		return `<path class="${name}" d="${path}"/><text class="label ${name}-label" x="${right + 6}" y="${(labels[name] + 4).toFixed(1)}">${name}</text>`;
	};
	return `<text class="panel" x="${left}" y="${top - 10}">latency</text>
${gridLines(logarithmicTicks([low, high]), y, formatMicros)}
${line('p99')}
${line('p50')}`;
}

function gridLines(ticks: readonly number[], y: Scale, format: (value: number) => string): string {
	return ticks
		.map(
			tick =>
				`<line class="grid" x1="${left}" x2="${right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="axis" x="${left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${trimZeros(format(tick))}</text>`,
		)
		.join('\n');
}
