import {formatCount, formatInstant, formatMicros, formatRate, formatRatio} from './format.ts';
import {isTold, shownPercentiles} from './latencies.ts';
import type {BenchResult, SeriesResult} from './result.ts';
import {textTable} from './text-table.ts';

const endings: Readonly<Record<BenchResult['ended'], string>> = {
	complete: '',
	interrupted: ' (interrupted: what was measured until then)',
	failed: ' (failed: what was measured until then)',
};

/** The result for a terminal. */
export function renderSummary(result: BenchResult, before?: BenchResult): readonly string[] {
	const {workload, client = 'Docent', target, settings, seconds, ended, roundTrip} = result;
	return [
		`docent bench ${workload}, ${client} on ${target}${endings[ended]}`,
		Object.entries(settings)
			.map(([name, value]) => `${name} ${value}`)
			.join(' · '),
		`${seconds.toFixed(1)} s measured; one round trip (a read, before the run) ${formatMicros(roundTrip)}`,
		...(before ? [`before: ${before.client ?? 'Docent'} on ${before.target}, ${formatInstant(before.startedAt)}`] : []),
		'',
		...latencyTable(result, before),
		'',
		...counts(result, before),
	];
}

function latencyTable({series}: BenchResult, before: BenchResult | undefined): readonly string[] {
	const header = ['', 'count', 'per s', ...shownPercentiles.map(each => `p${each}`), 'max'];
	const rows = series.flatMap(now => {
		const earlier = before?.series.find(({name}) => name === now.name);
		return earlier && now.count > 0 && earlier.count > 0 ? [row(now), ratios(now, earlier)] : [row(now)];
	});
	return textTable([header, ...rows]);
}

function row({name, count, perSecond, percentiles, max}: SeriesResult): readonly string[] {
	if (count === 0) return [name, '0'];
	const rate = perSecond === undefined ? '' : formatRate(perSecond);
	const shown = percentiles.map((value, index) =>
		isTold(shownPercentiles[index] ?? 0, count) ? formatMicros(value) : '–',
	);
	return [name, formatCount(count), rate, ...shown, formatMicros(max)];
}

function ratios(now: SeriesResult, before: SeriesResult): readonly string[] {
	const rate =
		now.perSecond === undefined || before.perSecond === undefined ? '' : formatRatio(now.perSecond, before.perSecond);
	return [
		'  to before',
		'',
		rate,
		...now.percentiles.map((value, index) =>
			isTold(shownPercentiles[index] ?? 0, Math.min(now.count, before.count))
				? formatRatio(value, before.percentiles[index] ?? 0)
				: '–',
		),
		formatRatio(now.max, before.max),
	];
}

function counts(
	{contenders, fairness, requestsPerTurn, roundTripsPerAcquisition, errors, errorMessages, lostLeases}: BenchResult,
	before?: BenchResult,
): readonly string[] {
	const earlier = before?.fairness === undefined ? '' : ` (before ${before.fairness.toFixed(3)})`;
	const troubles = Object.entries(errors).map(
		([code, count]) => `  ${formatCount(count)} × ${code}, such as: ${errorMessages[code]}`,
	);
	return [
		...(fairness === undefined
			? []
			: [
					`fairness ${fairness.toFixed(3)} (Jain's index, 1 is best)${earlier}`,
					`acquisitions by contender: ${contenders.map(formatCount).join(' ')}`,
				]),
		...(requestsPerTurn === undefined
			? []
			: [`requests for one acquisition and its release: ${requestsPerTurn.toFixed(2)}`]),
		...(roundTripsPerAcquisition === undefined
			? []
			: [
					`round trips of an acquisition (its requests that follow one another): ${roundTripsPerAcquisition.toFixed(2)}`,
				]),
		`leases lost: ${formatCount(lostLeases)}`,
		`errors: ${troubles.length === 0 ? '0' : ''}`.trimEnd(),
		...troubles,
	];
}
