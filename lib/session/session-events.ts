import type {StateOf} from './state.ts';

/** What the session went through, in order. The argument is the state that was entered; `client.state` is already that. */
export type SessionEvents = {
	/** A new session is open; whatever belonged to an earlier one is gone. */
	connected: [state: StateOf<'connected'>];
	/** The connection went; the session may live. */
	suspended: [state: StateOf<'suspended'>];
	/** The same session is connected again, its watches are re-armed, and what they missed has been told. */
	reconnected: [state: StateOf<'connected'>];
	/**
	 * The margin before the session's end was reached without an answer from any server: leases of this session end now.
	 * The session itself may still be saved by a late answer; leases taken after that are trusted anew. Always comes before `lost`, unless a server itself ended the session.
	 */
	untrusted: [];
	/** The session is over. A new one is being opened. */
	lost: [state: StateOf<'lost'>];
	closed: [state: StateOf<'closed'>];
};
