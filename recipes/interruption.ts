import {setImmediate as nextTurn} from 'node:timers/promises';
import {type Client, isCoordinationError} from '../lib/index.ts';

/** The connection or the session went before the answer came: nothing was refused, so what is still wanted is asked again. */
export function isInterruption(error: unknown): boolean {
	return isCoordinationError(error, 'CONNECTION_LOSS') || isCoordinationError(error, 'SESSION_EXPIRED');
}

/** Whether the request may have been executed, although no answer came. */
export function mayHaveRun(error: unknown): boolean {
	return !(isCoordinationError(error, 'CONNECTION_LOSS') && 'sent' in error && error.sent === false);
}

/** Waits until there is a point in asking again: a call made without a connection waits for one by itself, but the loss may not be announced yet, or too many wait already. */
export async function nextAttempt(client: Client, error: unknown): Promise<void> {
	await nextTurn();
	if (error instanceof Error && isCoordinationError(error.cause, 'TOO_MANY_WAITING'))
		await client.whenConnected().catch(() => undefined);
}
