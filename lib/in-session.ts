import {addAbortListener} from 'node:events';
import type {Client} from './client.ts';
import {AbortedError} from './errors/aborted-error.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {ClientClosedError, SessionExpiredError} from './errors/session-error.ts';
import type {RetryPolicy} from './retry/retry-policy.ts';
import {withRetry} from './retry/with-retry.ts';
import type {SessionEvents} from './session/session-events.ts';
import type {Cancellable} from './util/cancellable.ts';
import {subscribe} from './util/subscribe.ts';

/** The session that a piece of work has to itself. */
export type SessionScope = {
	readonly sessionId: bigint;
	/** Aborted when the session ends, when the client is closed, or by the caller's signal. A call that is given it never runs in a later session. */
	readonly signal: AbortSignal;
};
export type InSessionOptions = Cancellable & {
	/** Whether, and after which pauses, the work is begun anew in the next session when its own has ended. @default false */
	readonly retry?: RetryPolicy | false | undefined;
};

const what = 'inSession';

/** Curator's `SessionFailRetryLoop`: without `retry` its mode FAIL, with it RETRY. */
export async function inSession<T>(
	client: Client,
	work: (scope: SessionScope) => Promise<T>,
	{signal, retry = false}: InSessionOptions,
): Promise<T> {
	if (typeof work !== 'function') throw new InvalidArgumentError('work', work, 'a function');
	if (retry !== false && typeof retry !== 'function')
		throw new InvalidArgumentError('options.retry', retry, 'a retry policy or false');
	const once = (): Promise<T> => inOneSession(client, work, signal);
	if (retry === false) return once();
	const isSound = (error: unknown): boolean => isCoordinationError(error, 'SESSION_EXPIRED');
	return withRetry(once, {policy: retry, signal, isSound});
}

async function inOneSession<T>(
	client: Client,
	work: (scope: SessionScope) => Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T> {
	const {id} = await openSession(client, signal);
	const [scope, ended] = [new AbortController(), new AbortController()];
	const end = (error: Error): void => {
		ended.abort(error);
		scope.abort(error);
	};
	const unsubscribe = subscribe<SessionEvents>(client, {
		lost: ({cause}) => end(new SessionExpiredError(what, {cause})),
		closed: ({cause}) => end(new ClientClosedError(what, {cause})),
	});
	try {
		using _ = signal ? addAbortListener(signal, () => scope.abort(signal.reason)) : undefined;
		return await work({sessionId: id, signal: scope.signal});
	} finally {
		client.checkClock();
		unsubscribe();
		// Whatever the work came to: it was not all in one session.
		ended.signal.throwIfAborted();
	}
}

/** That of now, or the next one. */
async function openSession(client: Client, signal: AbortSignal | undefined): Promise<{readonly id: bigint}> {
	for (;;) {
		AbortedError.throwIfAborted(signal, what);
		client.checkClock();
		await client.whenConnected({signal});
		// It may have ended in the turns between.
		if (client.session) return client.session;
	}
}
