import {setTimeout as sleep} from 'node:timers/promises';

/** Waits until the condition holds; rejects with what was seen last when it does not in time. */
export async function eventually<T>(
	look: () => T | Promise<T>,
	isDone: (seen: T) => boolean,
	timeout = 20_000,
): Promise<T> {
	const end = performance.now() + timeout;
	for (;;) {
		const seen = await look();
		if (isDone(seen)) return seen;
		if (performance.now() > end) throw new Error(`still ${JSON.stringify(seen)} after ${timeout} ms`);
		await sleep(10);
	}
}
