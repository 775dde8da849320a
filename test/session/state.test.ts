import test from 'ava';
import fc from 'fast-check';
import {next, type SessionEvent, type SessionState, type SessionStatus} from '../../lib/session/state.ts';

const cause = new Error('over');
const event: fc.Arbitrary<SessionEvent> = fc.oneof(
	fc.record({
		type: fc.constant('opened' as const),
		now: fc.nat(),
		sessionId: fc.constantFrom(1n, 2n),
		readOnly: fc.boolean(),
	}),
	fc.record({type: fc.constant('disconnected' as const), now: fc.nat(), expiresAt: fc.nat()}),
	fc.record({type: fc.constant('ended' as const), now: fc.nat(), cause: fc.constant(cause)}),
	fc.record({type: fc.constant('closed' as const), now: fc.nat()}, {requiredKeys: ['type', 'now']}),
);

/** The same machine said the other way round: which status each event leads to from where. */
const table: Readonly<Record<SessionEvent['type'], Partial<Record<SessionStatus, SessionStatus>>>> = {
	opened: {connecting: 'connected', suspended: 'connected', lost: 'connected'},
	disconnected: {connected: 'suspended'},
	ended: {connected: 'lost', suspended: 'lost'},
	closed: {connecting: 'closed', connected: 'closed', suspended: 'closed', lost: 'closed'},
};

test('every walk keeps to the table, and a session is never resumed once it is lost', t => {
	fc.assert(
		fc.property(fc.array(event, {maxLength: 30}), events => {
			let state: SessionState = {status: 'connecting', since: 0};
			let lastSession = 0n;
			for (const step of events) {
				const following = next(state, step);
				const isOther = step.type === 'opened' && state.status === 'suspended' && step.sessionId !== state.sessionId;
				t.is(following?.status, isOther ? undefined : table[step.type][state.status]);
				if (!following) continue;
				t.is(following.since, step.now);
				if (following.status === 'suspended') t.is(following.sessionId, lastSession);
				if (following.status === 'connected') {
					if (state.status === 'suspended') t.is(following.sessionId, lastSession);
					lastSession = following.sessionId;
				}
				if (following.status === 'lost') t.is(following.cause, cause);
				state = following;
			}
		}),
	);
});

test('closed is the end, with its cause', t => {
	const closed = next({status: 'connecting', since: 0}, {type: 'closed', now: 1, cause});
	t.deepEqual(closed, {status: 'closed', since: 1, cause});
	for (const type of ['opened', 'disconnected', 'ended', 'closed'] as const)
		t.is(
			next({status: 'closed', since: 0}, {type, now: 2, sessionId: 1n, readOnly: false, expiresAt: 3, cause}),
			undefined,
		);
});
