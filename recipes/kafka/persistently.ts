import {setTimeout as sleep} from 'node:timers/promises';
import {isCoordinationError} from '../../lib/index.ts';

/** What trying again cannot mend. */
const finalCodes = [
	'FOREIGN_CARRIER',
	'SESSION_EXPIRED',
	'CLIENT_CLOSED',
	'AUTH_FAILED',
	'INVALID_ARGUMENT',
	'KAFKAJS_MISMATCH',
	'KAFKA_REFUSED',
	'NO_AUTH',
	'UNSUPPORTED',
];
const firstPause = 20;
const longestPause = 2000;

/** Attempts until it succeeds, with growing pauses: brokers and servers come back. @throws what trying again cannot mend, and on abort */
export async function persistently<T>(
	attempt: () => Promise<T>,
	{signal, onFailure}: {readonly signal: AbortSignal; readonly onFailure?: (error: unknown) => void},
): Promise<T> {
	for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
		signal.throwIfAborted();
		try {
			return await attempt();
		} catch (error) {
			signal.throwIfAborted();
			if (finalCodes.some(code => isCoordinationError(error, code)) || isMistake(error)) throw error;
			onFailure?.(error);
			await sleep(pause, undefined, {signal});
		}
	}
}

/** Ours, not the servers'. */
function isMistake(error: unknown): boolean {
	return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
