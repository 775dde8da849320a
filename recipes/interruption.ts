import {isCoordinationError} from '../lib/index.ts';

/** The connection or the session went before the answer came: nothing was refused, so what is still wanted is asked again. */
export function isInterruption(error: unknown): boolean {
	return isCoordinationError(error, 'CONNECTION_LOSS') || isCoordinationError(error, 'SESSION_EXPIRED');
}

/** Whether the request may have been executed, although no answer came. */
export function mayHaveRun(error: unknown): boolean {
	return !(isCoordinationError(error, 'CONNECTION_LOSS') && 'sent' in error && error.sent === false);
}
