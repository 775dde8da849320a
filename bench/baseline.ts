import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {RoundTrips} from './count-round-trips.ts';

export type Baseline = Readonly<Record<string, RoundTrips>>;

/** Of the sources, not of `dist`: it is committed. */
const file = fileURLToPath(new URL('../../bench/baseline.json', import.meta.url));

export function readBaseline(): Baseline {
	return JSON.parse(readFileSync(file, 'utf8')) as Baseline;
}

export function writeBaseline(counted: Baseline): void {
	writeFileSync(file, `${JSON.stringify(counted, undefined, '\t')}\n`);
}

/** What has become more than it was, or is in one of the two alone, in words. */
export function growth(counted: Baseline, baseline: Baseline): readonly string[] {
	const names = new Set([...Object.keys(counted), ...Object.keys(baseline)]);
	return [...names].flatMap(name => {
		const now = counted[name];
		const before = baseline[name];
		if (!now) return [`${name}: is in the baseline, but is not counted`];
		if (!before) return [`${name}: is not in the baseline`];
		return (['flights', 'requests'] as const)
			.filter(what => now[what] > before[what])
			.map(what => `${name}: ${now[what]} ${what}, ${before[what]} in the baseline`);
	});
}
