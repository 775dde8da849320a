import type {Client} from './client.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {NoNodeError} from './errors/keeper-error.ts';
import {outcomeOf} from './retry/outcome.ts';
import {forever} from './retry/retry-policy.ts';
import {withRetry} from './retry/with-retry.ts';

const pause = 100;

/** Deletes until a server has answered, over as many connections and sessions as it takes, or until the client is closed. */
export async function deleteGuaranteed(client: Client, path: string): Promise<void> {
	const isLost = (error: unknown): boolean =>
		outcomeOf(error) !== 'final' || isCoordinationError(error, 'SESSION_EXPIRED');
	try {
		await withRetry(() => client.delete(path, {retry: false}), {policy: forever(pause), isSound: isLost});
	} catch (error) {
		if (!(error instanceof NoNodeError) && !isCoordinationError(error, 'CLIENT_CLOSED')) throw error;
	}
}
