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

/** Asks until there is an answer, whatever becomes of connections and sessions meanwhile. @throws what else `ask` rejects with */
export async function untilAnswered<T>(client: Client, ask: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await ask();
		} catch (error) {
			if (!isInterruption(error)) throw error;
			await nextAttempt(client, error);
		}
	}
}
