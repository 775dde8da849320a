/** Milliseconds on the machine's monotonic clock: the same for all its processes, and true where `slowClock` is at work. */
export function now(): number {
	return Number(process.hrtime.bigint()) / 1e6;
}
