import {setTimeout as sleep} from 'node:timers/promises';
import pRetry from 'p-retry';
import {noticeRetry} from '../diagnostics.ts';
import type {RetryPolicy} from './retry-policy.ts';

export type WithRetryOptions = {
	readonly policy: RetryPolicy;
	readonly signal?: AbortSignal | undefined;
	/** Whether repeating after this failure is sound at all. */
	readonly isSound: (error: unknown) => boolean;
	/** Told of each failure that is followed by another attempt. */
	readonly onRetry?: ((error: unknown) => void) | undefined;
};

/**
 * The first attempt starts in the caller's turn, so that calls keep their order on the wire; p-retry takes over only after a failure. Rejects with the last failure, also when the
 * signal ends a pause: then the caller's next attempt says that it was aborted.
 */
export function withRetry<T>(
	operation: () => Promise<T>,
	{policy, signal, isSound, onRetry}: WithRetryOptions,
): Promise<T> {
	const startedAt = performance.now();
	const first = operation();
	return first.catch(async (firstError: unknown) => {
		if (!isSound(firstError)) throw firstError;
		return pRetry(attempt => (attempt === 1 ? first : operation()), {
			retries: Number.POSITIVE_INFINITY,
			minTimeout: 0,
			factor: 1,
			shouldRetry: ({error}) => isSound(error),
			async onFailedAttempt({error, attemptNumber}) {
				if (!isSound(error)) return;
				const delay = policy({attempt: attemptNumber, elapsed: performance.now() - startedAt, error});
				if (delay === undefined) throw error;
				onRetry?.(error);
				noticeRetry({attempt: attemptNumber, delay, error});
				// An abort ends the pause; the next attempt then rejects with the caller's own error.
				await sleep(delay, undefined, signal ? {signal} : {}).catch(() => undefined);
			},
		});
	});
}
