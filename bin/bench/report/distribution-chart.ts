import {formatMicros, trimZeros} from '../format.ts';
import {bucketGrowth, isTold, type LatencySummary, shownPercentiles} from '../latencies.ts';
import {logarithmic, logarithmicTicks} from './scale.ts';

const width = 720;
const height = 190;
const top = 26;
const bottom = height - 24;
const side = 12;
const marked: readonly number[] = [50, 99];

/** How latencies are spread, on a logarithmic axis; an earlier run's as an outline over it. */
export function distributionChart(now: LatencySummary, before: LatencySummary | undefined): string {
	const bounds = [now, ...(before ? [before] : [])].flatMap(({buckets}) => buckets.map(([from]) => from));
	const low = Math.min(...bounds) / bucketGrowth;
	const high = Math.max(...bounds) * bucketGrowth ** 2;
	const x = logarithmic([low, high], [side, width - side]);
	const highest = Math.max(...[now, before].map(summary => (summary ? highestShare(summary) : 0)));
	const y = (share: number): number => bottom - (share / highest) * (bottom - top - 14);

	const bars = now.buckets.map(([from, count]) => {
		const to = from * bucketGrowth;
		const share = count / now.count;
		const left = x(from) + 0.5;
		const title = `${formatMicros(from)} to ${formatMicros(to)}: ${count} (${(share * 100).toFixed(2)} %)`;
		return `<rect class="bar" x="${left.toFixed(1)}" y="${y(share).toFixed(1)}" width="${(x(to) - left - 0.5).toFixed(1)}" height="${(bottom - y(share)).toFixed(1)}"><title>${title}</title></rect>`;
	});
	const ticks = logarithmicTicks([low, high]).map(
		tick =>
			`<line class="tick" x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${bottom}" y2="${bottom + 4}"/><text class="axis" x="${x(tick).toFixed(1)}" y="${bottom + 17}" text-anchor="middle">${trimZeros(formatMicros(tick))}</text>`,
	);
	return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="latency distribution">
${bars.join('\n')}
${before ? `<path class="before" d="${outline(before, x, y)}"/>` : ''}
<line class="baseline" x1="${side}" x2="${width - side}" y1="${bottom}" y2="${bottom}"/>
${ticks.join('\n')}
${markers(now, x)}
</svg>`;
}

function highestShare({buckets, count}: LatencySummary): number {
	return Math.max(...buckets.map(([, hits]) => hits / count));
}

function outline({buckets, count}: LatencySummary, x: (value: number) => number, y: (share: number) => number): string {
	let path = '';
	let end = 0;
	for (const [from, hits] of buckets) {
		const top = y(hits / count).toFixed(1);
		// After empty buckets the line comes down to the axis.
		const isNext = path !== '' && Math.abs(from / end - 1) < 0.01;
		path += isNext
			? `V${top}`
			: `${path === '' ? 'M' : `V${bottom}H`}${x(from).toFixed(1)}${path === '' ? ` ${bottom}` : ''}V${top}`;
		end = from * bucketGrowth;
		path += `H${x(end).toFixed(1)}`;
	}
	return `${path}V${bottom}`;
}

/** Each label stands on the outer side of its line, so that no two lines make their labels meet. */
function markers({percentiles, count}: LatencySummary, x: (value: number) => number): string {
	return marked
		.filter(percentile => isTold(percentile, count))
		.map((percentile, index) => {
			const value = percentiles[shownPercentiles.indexOf(percentile)] ?? 0;
			const at = x(value);
			const toLeft = index === 0 ? at > 110 : at > width - 110;
			const position = `x="${(at + (toLeft ? -5 : 5)).toFixed(1)}" y="${top - 10 + (index === 0 ? 0 : 1)}" text-anchor="${toLeft ? 'end' : 'start'}"`;
			return `<line class="marker" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${top - 18}" y2="${bottom}"/><text class="label" ${position}>p${percentile} ${formatMicros(value)}</text>`;
		})
		.join('\n');
}
