/** Microseconds for people, with three significant figures: `412 µs`, `1.27 ms`, `4.02 s`. */
export function formatMicros(micros: number): string {
	if (micros < 999.5) return `${Math.round(micros)} µs`;
	return micros < 999_500 ? `${figures(micros / 1000)} ms` : `${figures(micros / 1e6)} s`;
}

/** A rate for people: `0.52`, `47.3`, `1,850`. */
export function formatRate(perSecond: number): string {
	return perSecond >= 100 ? formatCount(perSecond) : figures(perSecond);
}

export function formatCount(count: number): string {
	return Math.round(count).toLocaleString('en');
}

/** An ISO 8601 instant of UTC, to the minute. */
export function formatInstant(instant: string): string {
	return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

/** How much of the earlier figure the new one is: `× 0.87`. */
export function formatRatio(now: number, before: number): string {
	return before > 0 ? `× ${(now / before).toFixed(2)}` : '–';
}

/** A formatted figure of an axis, without the zeros that say nothing: `50 ms`, not `50.0 ms`. */
export function trimZeros(text: string): string {
	return text.replace(/\.(\d*?)0+(?!\d)/, (_, kept: string) => (kept === '' ? '' : `.${kept}`));
}

function figures(value: number): string {
	return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}
