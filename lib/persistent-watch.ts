import {addAbortListener} from 'node:events';
import {outcomeOf} from './retry/outcome.ts';
import {forever} from './retry/retry-policy.ts';
import {withRetry} from './retry/with-retry.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import type {Session} from './session/session.ts';
import type {PersistentMode} from './session/watches.ts';
import {EventQueue} from './util/event-queue.ts';
import type {PersistentWatchEvent} from './znode.ts';

type PersistentWatch = {
	readonly path: string;
	readonly serverPath: string;
	readonly mode: PersistentMode;
	readonly signal: AbortSignal | undefined;
	/** Resolves when the client has ended. */
	readonly closed: Promise<unknown>;
};

const armPause = 100;

/** A server's persistent watch as a stream. It is armed when the iteration begins, restored by the session after a reconnect, and taken back when the iteration ends. */
export async function* persistentWatch(
	session: Session,
	{path, serverPath, mode, signal, closed}: PersistentWatch,
): AsyncGenerator<PersistentWatchEvent, void, undefined> {
	if (signal?.aborted) return;
	const events = new EventQueue<PersistentWatchEvent>();
	const listener = (event: PersistentWatchEvent): void => events.push(event);
	using _ = signal ? addAbortListener(signal, () => events.end()) : undefined;
	void closed.then(() => events.end());
	const name = {operation: 'watch', path};
	const isLost = (error: unknown): boolean =>
		outcomeOf(error) !== 'final' || isCoordinationError(error, 'SESSION_EXPIRED');
	session.watches.addPersistent(mode, serverPath, listener, path);
	try {
		const arm = (): Promise<void> =>
			session.call('addWatch', {path: serverPath, mode: session.watches.modeOf(serverPath) ?? mode}, name, signal);
		await withRetry(arm, {
			policy: forever(armPause),
			signal,
			isSound: isLost,
		});
		yield {type: 'armed', path};
		yield* events;
	} catch (error) {
		if (!isCoordinationError(error, 'ABORTED') && !isCoordinationError(error, 'CLIENT_CLOSED')) throw error;
	} finally {
		session.watches.removePersistent(mode, serverPath, listener);
		if (session.isOpen) void session.serverWatches.left(serverPath, mode, name);
	}
}
