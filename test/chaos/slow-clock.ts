/**
 * Makes this process's monotonic clock and its timers run at `rate` of true time, as a machine with a bad clock would have them. `process.hrtime` stays true, so
 * that histories can be told.
 */
export function slowClock(rate: number): void {
	if (rate === 1) return;
	const trueNow = performance.now.bind(performance);
	const trueTimeout = globalThis.setTimeout;
	const start = trueNow();
	Object.defineProperty(performance, 'now', {value: () => start + (trueNow() - start) * rate});
	const slowTimeout = (callback: () => void, delay = 0): NodeJS.Timeout => trueTimeout(callback, delay / rate);
	Object.defineProperty(globalThis, 'setTimeout', {value: slowTimeout, writable: true, configurable: true});
}
