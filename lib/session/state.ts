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

/** What happens to a session; `now` on the same clock as the states' times. */
export type SessionEvent =
	| {readonly type: 'opened'; readonly now: number; readonly sessionId: bigint; readonly readOnly: boolean}
	| {readonly type: 'disconnected'; readonly now: number; readonly expiresAt: number}
	| {readonly type: 'ended'; readonly now: number; readonly cause: Error}
	| {readonly type: 'closed'; readonly now: number; readonly cause?: Error};

/** The state that follows, or `undefined` where the event changes nothing. Pure: no clock, no socket. */
export function next(state: SessionState, event: SessionEvent): SessionState | undefined {
	if (state.status === 'closed') return undefined;
	switch (event.type) {
		case 'opened':
			if (state.status === 'connected' || (state.status === 'suspended' && state.sessionId !== event.sessionId))
				return undefined;
			return {status: 'connected', since: event.now, sessionId: event.sessionId, readOnly: event.readOnly};
		case 'disconnected':
			if (state.status !== 'connected') return undefined;
			return {status: 'suspended', since: event.now, sessionId: state.sessionId, expiresAt: event.expiresAt};
		case 'ended':
			if (state.status !== 'connected' && state.status !== 'suspended') return undefined;
			return {status: 'lost', since: event.now, cause: event.cause};
		case 'closed':
			return event.cause
				? {status: 'closed', since: event.now, cause: event.cause}
				: {status: 'closed', since: event.now};
	}
}
