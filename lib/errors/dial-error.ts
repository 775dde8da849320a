import {CoordinationError} from './coordination-error.ts';

/**
 * Why one server gave no session.
 *
 * - `HOST_UNKNOWN`, `NOTHING_LISTENS`, `CONNECTION_FAILED`: no TCP connection.
 * - `NO_ANSWER`: connected, but no answer in time. `CLOSED_BEFORE_ANSWER`: the server hung up before it answered the request for a session; it has its most connections for one
 *   address (`maxClientCnxns`), or is behind what this client has seen, or has no quorum, or is no ZooKeeper.
 * - `NOT_ZOOKEEPER`: what answered does not speak ZooKeeper's protocol, or is a read-only server that opens no sessions (without `localSessionsEnabled`).
 * - `TLS_REQUIRED`: the port speaks TLS and the option `ssl` is not given. `TLS_NOT_SPOKEN`: the option is given and the port does not.
 * - `CERTIFICATE_NOT_TRUSTED`, `HOSTNAME_MISMATCH`: the server's certificate was refused here. `CLIENT_CERTIFICATE_REFUSED`: the server wants a certificate that it trusts.
 * - `TLS_MATERIAL`: the function given as `ssl` failed or had no answer in time, or what it returned cannot be used. `TLS_FAILED`: anything else in the TLS handshake.
 */
export type DialProblem =
	| 'HOST_UNKNOWN'
	| 'NOTHING_LISTENS'
	| 'CONNECTION_FAILED'
	| 'NO_ANSWER'
	| 'CLOSED_BEFORE_ANSWER'
	| 'NOT_ZOOKEEPER'
	| 'TLS_REQUIRED'
	| 'TLS_NOT_SPOKEN'
	| 'CERTIFICATE_NOT_TRUSTED'
	| 'HOSTNAME_MISMATCH'
	| 'CLIENT_CERTIFICATE_REFUSED'
	| 'TLS_MATERIAL'
	| 'TLS_FAILED';

/** A dial to one server failed; the client goes on with the next. Seen as the `cause` of a `ConnectTimeoutError`, or of what a call without a connection rejects with. */
export class DialError extends CoordinationError {
	readonly code: DialProblem;
	/** As it stands in the connect string. */
	readonly server: string;

	constructor(code: DialProblem, server: string, reason: string, options?: ErrorOptions) {
		super(`${server}: ${reason}`, options);
		this.code = code;
		this.server = server;
	}
}
