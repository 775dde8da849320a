import {setTimeout as sleep} from 'node:timers/promises';
import {DemoError} from './demo-error.ts';

const poll = 50;

/**
 * Waits until `look` finds something.
 *
 * @throws {DemoError} `NOT_IN_TIME` after `patience` milliseconds
 */
export async function until<T>(
	what: string,
	look: () => T | undefined | Promise<T | undefined>,
	{signal, patience = 30_000}: {readonly signal: AbortSignal; readonly patience?: number},
): Promise<T> {
	const deadline = performance.now() + patience;
	for (;;) {
		signal.throwIfAborted();
		const found = await look();
		if (found !== undefined) return found;
		if (performance.now() > deadline)
			throw new DemoError('NOT_IN_TIME', `${what}: not within ${Math.round(patience / 1000)} s`);
		await sleep(poll, undefined, {signal});
	}
}
