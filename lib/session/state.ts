/**
 * A session's life. Times (`since`, `expiresAt`) are milliseconds on the monotonic clock (`performance.now()`).
 *
 * `suspended`: no connection, the session may live. `lost`: it is over, by the server's word or by the client's own clock; a new one is being
 * opened, the old one is never resumed.
 */
export type SessionState =
	| {readonly status: 'connecting'; readonly since: number}
	| {readonly status: 'connected'; readonly since: number; readonly sessionId: bigint; readonly readOnly: boolean}
	| {readonly status: 'suspended'; readonly since: number; readonly sessionId: bigint; readonly expiresAt: number}
	| {readonly status: 'lost'; readonly since: number; readonly cause: Error}
	| {readonly status: 'closed'; readonly since: number; readonly cause?: Error};

export type SessionStatus = SessionState['status'];
export type StateOf<Status extends SessionStatus> = Extract<SessionState, {status: Status}>;
