import {setTimeout as sleep} from 'node:timers/promises';
import {isCoordinationError} from '../../lib/index.ts';
import {tell} from './messages.ts';

/** Milliseconds before the next attempt after a failure, so that an ensemble that refuses is not asked in a hot loop. */
const pause = 100;

/** Reports a failure of a measured call, unless it is but the end of the measurement, and waits before the next. */
export async function tellError(error: unknown, signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	const code = isCoordinationError(error) ? error.code : 'UNEXPECTED';
	tell({kind: 'error', code, message: error instanceof Error ? error.message : String(error)});
	await sleep(pause, undefined, {signal}).catch(() => {});
}
