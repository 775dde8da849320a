const milliseconds: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000};

/** `5ms`, `1.5s`, `2m`, or a bare `0`, in milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
	if (text === '0') return 0;
	const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
	const factor = milliseconds[unit ?? ''];
	return factor === undefined ? undefined : Number(amount) * factor;
}

/** The shortest way to write a duration for `parseDuration`. */
export function formatDuration(duration: number): string {
	return duration >= 1000 ? `${duration / 1000}s` : `${duration}ms`;
}
