import {CoordinationError} from './coordination-error.ts';

/**
 * The connection went before the answer came.
 *
 * `sent` tells what that means: `false`, the request never left, so nothing happened; `true`, the server may or may not have executed it.
 */
export class ConnectionLossError extends CoordinationError {
	readonly code = 'CONNECTION_LOSS';
	readonly sent: boolean;

	constructor(what: string, {sent, cause}: {readonly sent: boolean; readonly cause?: unknown}) {
		super(
			`${what}: connection lost ${sent ? 'before the reply, the outcome is unknown' : 'before the request was sent'}`,
			{cause},
		);
		this.sent = sent;
	}
}

/** As many calls wait for a connection already as the option `maxWaitingCalls` allows. The `cause` of a `ConnectionLossError` whose `sent` is false. */
export class TooManyWaitingError extends CoordinationError {
	readonly code = 'TOO_MANY_WAITING';

	constructor(limit: number) {
		super(`${limit} calls wait for a connection already, as many as \`maxWaitingCalls\` allows`);
	}
}

/** The session that the request belonged to is over: its ephemeral znodes and watches are gone, or will be. */
export class SessionExpiredError extends CoordinationError {
	readonly code = 'SESSION_EXPIRED';

	constructor(what: string, options?: ErrorOptions) {
		super(`${what}: the session has ended`, options);
	}
}

/** The server refused the credentials. Terminal: the client is closed. */
export class AuthFailedError extends CoordinationError {
	readonly code = 'AUTH_FAILED';
}

/** The client was closed by its owner, before or during the call. */
export class ClientClosedError extends CoordinationError {
	readonly code = 'CLIENT_CLOSED';

	constructor(what: string, options?: ErrorOptions) {
		super(`${what}: the client is closed`, options);
	}
}

/** No server of the ensemble opened a session in time. `cause` is the last failure. */
export class ConnectTimeoutError extends CoordinationError {
	readonly code = 'CONNECT_TIMEOUT';
}

/** A peer sent what the protocol does not allow. It costs that one connection. */
export class ProtocolError extends CoordinationError {
	readonly code = 'PROTOCOL';
}
