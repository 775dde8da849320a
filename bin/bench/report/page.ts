import {formatCount, formatInstant, formatMicros, formatRate, formatRatio} from '../format.ts';
import {isTold, shownPercentiles} from '../latencies.ts';
import type {BenchResult, SeriesResult} from '../result.ts';
import {contenderChart} from './contender-chart.ts';
import {distributionChart} from './distribution-chart.ts';
import {escapeHtml} from './html.ts';
import {style} from './style.ts';
import {timelineChart} from './timeline-chart.ts';

/** A result as one HTML page that loads nothing. */
export function renderPage(result: BenchResult, before?: BenchResult): string {
	const {
		workload,
		client = 'Docent',
		target,
		settings,
		startedAt,
		seconds,
		machine,
		roundTrip,
		requestsPerTurn,
		roundTripsPerAcquisition,
	} = result;
	const title = `docent bench ${workload}`;
	const setting = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${title}: ${target}`)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(`${client} on ${target}`)}</p>
<p class="soft">${escapeHtml([formatInstant(startedAt), `${seconds.toFixed(1)} s measured`, ...setting].join(' · '))}</p>
${notice(result)}
${tiles(result, before)}
<h2>Latency distribution</h2>
${key(before)}
${result.series.map(series => distribution(series, earlier(series, before))).join('\n')}
${timeline(result, before)}
<h2>Percentiles</h2>
<div class="wide">${table(result, before)}</div>
${contenders(result)}
<h2>Conditions</h2>
<p>One round trip, a read before the measurement: ${formatMicros(roundTrip)}.</p>
${requestsPerTurn === undefined ? '' : `<p>Requests to ZooKeeper for one acquisition and its release, on average: ${requestsPerTurn.toFixed(2)}.</p>`}
${roundTripsPerAcquisition === undefined ? '' : `<p>Round trips of an acquisition (its requests that follow one another), on average: ${roundTripsPerAcquisition.toFixed(2)}.</p>`}
<p>${escapeHtml(machine)}.</p>
<p class="soft">Each contender waits for its turn before it asks again: latencies are those of so many callers, not of a fixed rate.</p>
</body>
</html>
`;
}

function earlier({name}: SeriesResult, before: BenchResult | undefined): SeriesResult | undefined {
	return before?.series.find(series => series.name === name && series.count > 0);
}

function notice({ended, errors, errorMessages}: BenchResult): string {
	const troubles = [
		...(ended === 'complete'
			? []
			: [
					`This run was ${ended === 'failed' ? 'cut short by a failure' : 'interrupted'}: it shows what was measured until then.`,
				]),
		...Object.entries(errors).map(
			([code, count]) => `${formatCount(count)} × ${code}, such as: ${errorMessages[code] ?? ''}`,
		),
	];
	return troubles.map(text => `<p class="notice">${escapeHtml(text)}</p>`).join('\n');
}

function tiles({workload, series, fairness, lostLeases, errors}: BenchResult, before: BenchResult | undefined): string {
	const measured = series.filter(({count}) => count > 0).slice(0, 2);
	const entries = measured.flatMap(each => {
		const old = earlier(each, before);
		const ratio = (percentile: number): string =>
			old ? `${formatRatio(percentileOf(each, percentile), percentileOf(old, percentile))} of before` : '';
		return [50, 99]
			.filter(percentile => isTold(percentile, each.count))
			.map(percentile => [
				`${each.name}, p${percentile}`,
				formatMicros(percentileOf(each, percentile)),
				ratio(percentile),
			]);
	});
	const [main] = measured;
	const oldMain = main && earlier(main, before);
	if (main?.perSecond !== undefined)
		entries.push([
			`${main.name}, per second`,
			formatRate(main.perSecond),
			oldMain?.perSecond === undefined ? '' : `${formatRatio(main.perSecond, oldMain.perSecond)} of before`,
		]);
	if (fairness !== undefined) entries.push(['fairness', fairness.toFixed(3), 'Jain’s index, 1 is best']);
	const errorCount = Object.values(errors).reduce((sum, count) => sum + count, 0);
	if (workload !== 'raw') entries.push(['leases lost', formatCount(lostLeases), '']);
	entries.push(['errors', formatCount(errorCount), '']);
	const items = entries.map(
		([name = '', value = '', small = '']) =>
			`<div><dt>${escapeHtml(name)}</dt><dd>${value}${small ? `<small>${small}</small>` : ''}</dd></div>`,
	);
	return `<dl class="tiles">${items.join('\n')}</dl>`;
}

function percentileOf({percentiles}: SeriesResult, percentile: number): number {
	return percentiles[shownPercentiles.indexOf(percentile)] ?? 0;
}

function key(before: BenchResult | undefined): string {
	if (!before) return '<p class="soft">Share of the calls by how long they took; the axis is logarithmic.</p>';
	const {client = 'Docent', target, startedAt} = before;
	return `<p class="soft"><span class="key"></span>this run <span class="key dashed"></span>before: ${escapeHtml(`${client} on ${target}, ${formatInstant(startedAt)}`)}</p>`;
}

function distribution(series: SeriesResult, before: SeriesResult | undefined): string {
	const {name, count} = series;
	const chart = count === 0 ? '<p class="soft">none was measured</p>' : distributionChart(series, before);
	return `<h3>${escapeHtml(name)}</h3>\n${chart}`;
}

function timeline({timeline: now}: BenchResult, before: BenchResult | undefined): string {
	if (!now.intervals.some(({count}) => count > 0)) return '';
	return `<h2>Over time</h2>\n${timelineChart(now, before?.timeline)}`;
}

function table({series}: BenchResult, before: BenchResult | undefined): string {
	const header = ['', 'count', 'per s', ...shownPercentiles.map(each => `p${each}`), 'max'];
	const rows = series.flatMap(now => {
		const {name, count, perSecond, percentiles, max} = now;
		const old = count > 0 ? earlier(now, before) : undefined;
		const rate = perSecond === undefined ? '' : formatRate(perSecond);
		const shown = percentiles.map((value, index) => told(index, count, formatMicros(value)));
		const row = cells([escapeHtml(name), formatCount(count), rate, ...shown, formatMicros(max)], '');
		if (!old) return [row];
		const oldRate = perSecond === undefined || old.perSecond === undefined ? '' : formatRatio(perSecond, old.perSecond);
		const ratios = percentiles.map((value, index) =>
			told(index, Math.min(count, old.count), formatRatio(value, old.percentiles[index] ?? 0)),
		);
		return [row, cells(['of before', '', oldRate, ...ratios, formatRatio(max, old.max)], ' class="ratio"')];
	});
	return `<table><thead><tr>${header.map(each => `<th>${each}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function told(index: number, count: number, text: string): string {
	return isTold(shownPercentiles[index] ?? 0, count) ? text : '–';
}

function cells(values: readonly string[], attributes: string): string {
	return `<tr${attributes}>${values.map(value => `<td>${value}</td>`).join('')}</tr>`;
}

function contenders({contenders: acquisitions, fairness}: BenchResult): string {
	if (acquisitions.length < 2 || fairness === undefined) return '';
	return `<h2>Acquisitions by contender</h2>\n${contenderChart(acquisitions)}`;
}
