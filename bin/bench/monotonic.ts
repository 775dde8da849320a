/** Microseconds of a clock that all processes of this machine share, which `performance.now()` is not. */
export function monotonicMicros(): number {
	return Number(process.hrtime.bigint() / 1000n);
}
