import {channel, type Channel, tracingChannel, type TracingChannel} from 'node:diagnostics_channel';

/** One request, from its call to its end; the same object at each step. `operation` and `path` are as in errors: the caller's words. */
export type RequestTrace = {
	readonly operation: string;
	readonly path: string | undefined;
	/** Bytes of data that the request carries, without its path and headers; 0 where it carries none. */
	readonly size: number;
	/** Milliseconds from the call to its end, the wait for a connection included. Absent at the start. */
	duration?: number;
	/** `ok`, or the error's `code`. Absent at the start. */
	outcome?: string;
};

/**
 * `failed`: a dial gave no session. `closed`: a connection that had one ended, or the client ended it. `servers`: from now on the client knows these, by `setServers` or by
 * following the ensemble (`trackEnsemble`); `servers` is a connect string.
 */
export type ConnectionNotice =
	| {readonly event: 'opened'; readonly server: string; readonly sessionId: bigint; readonly readOnly: boolean}
	| {readonly event: 'failed'; readonly error: Error}
	| {readonly event: 'closed'; readonly server: string; readonly error: Error | undefined}
	| {readonly event: 'servers'; readonly servers: string};

/** What the client's events tell, before its listeners are told. */
export type SessionNotice = {
	readonly event: 'connected' | 'suspended' | 'reconnected' | 'untrusted' | 'lost' | 'closed';
	readonly sessionId: bigint | undefined;
};

/** Another attempt is about to be made, after a pause of `delay` ms. `attempt` counts those that failed, from 1. */
export type RetryNotice = {readonly attempt: number; readonly delay: number; readonly error: unknown};

/**
 * `fired`: a server told of a change; `path` is the server's own, below no chroot. `missed`: persistent watches may have missed events. `lost`: one-shot watches went with their
 * session. `restored`: a new connection is asked to watch again. `count` is of listeners.
 */
export type WatchDiagnostic =
	| {
			readonly event: 'fired';
			readonly type: 'created' | 'deleted' | 'changed' | 'children';
			readonly path: string;
	  }
	| {readonly event: 'missed' | 'lost' | 'restored'; readonly count: number};

/** The names under which `node:diagnostics_channel` knows them. `request` is a tracing channel: its names are `tracing:docent:request:start`, `…:asyncEnd` and so on. */
export const channelNames = {
	request: 'docent:request',
	connection: 'docent:connection',
	session: 'docent:session',
	retry: 'docent:retry',
	watch: 'docent:watch',
} as const;

const requests: TracingChannel<unknown, RequestTrace> = tracingChannel(channelNames.request);
const connections: Channel = channel(channelNames.connection);
const sessions: Channel = channel(channelNames.session);
const retries: Channel = channel(channelNames.retry);
const watches: Channel = channel(channelNames.watch);

/** Whether anybody listens to requests. Node 20 cannot ask a tracing channel as a whole. */
export function isTraced(): boolean {
	return (
		requests.start.hasSubscribers ||
		requests.end.hasSubscribers ||
		requests.asyncStart.hasSubscribers ||
		requests.asyncEnd.hasSubscribers ||
		requests.error.hasSubscribers
	);
}

/** Only the call while nobody listens. */
export function traceRequest<T>(
	begin: () => Pick<RequestTrace, 'operation' | 'path' | 'size'>,
	call: () => Promise<T>,
): Promise<T> {
	if (!isTraced()) return call();
	const trace: RequestTrace = begin();
	const startedAt = performance.now();
	// The result stays out of the messages: it may be a secret that a znode holds, or an ACL with the hash of a password.
	let result: T;
	return requests
		.tracePromise(async () => {
			try {
				result = await call();
				trace.outcome = 'ok';
			} catch (error) {
				trace.outcome = String((error as {readonly code?: unknown}).code);
				throw error;
			} finally {
				trace.duration = performance.now() - startedAt;
			}
		}, trace)
		.then(() => result);
}

export function noticeConnection(notice: ConnectionNotice): void {
	if (connections.hasSubscribers) connections.publish(notice);
}

export function noticeSession(notice: SessionNotice): void {
	if (sessions.hasSubscribers) sessions.publish(notice);
}

export function noticeRetry(notice: RetryNotice): void {
	if (retries.hasSubscribers) retries.publish(notice);
}

/** @param notice made only if somebody listens: counting may cost */
export function noticeWatch(notice: () => WatchDiagnostic): void {
	if (watches.hasSubscribers) watches.publish(notice());
}
