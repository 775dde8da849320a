import {noticeConnection, noticeSession, type SessionNotice} from '../diagnostics.ts';
import type {Handshake} from '../driver/driver.ts';

/** What a client has done since it was made, and what it has to do. All counts. */
export type ClientStats = {
	readonly requests: {
		/** Answered with a result; and with a refusal, or not at all. Each attempt counts. */
		readonly succeeded: number;
		readonly failed: number;
		/** Sent, or about to be, and not yet answered; and held back until there is a connection. */
		readonly inFlight: number;
		readonly waiting: number;
	};
	readonly connections: {readonly opened: number; readonly failed: number};
	/** How many sessions there have been, the one of now included. */
	readonly sessions: number;
	/** Listeners that wait now. */
	readonly watches: {readonly oneShot: number; readonly persistent: number};
};

/** Counts what happens to a session and its connections, and tells it to whom it may concern. */
export class SessionRecord {
	#opened = 0;
	#failed = 0;
	#sessions = 0;
	#lastSession: bigint | undefined;
	#server: string | undefined;
	#lastFailure: Error | undefined;

	/** Why nothing is connected: the last dial's failure, or what ended the last connection. */
	get lastFailure(): Error | undefined {
		return this.#lastFailure;
	}

	get counts(): Pick<ClientStats, 'connections' | 'sessions'> {
		return {connections: {opened: this.#opened, failed: this.#failed}, sessions: this.#sessions};
	}

	opened({server, sessionId, readOnly}: Handshake): void {
		this.#opened++;
		if (sessionId !== this.#lastSession) this.#sessions++;
		this.#lastSession = sessionId;
		this.#server = server;
		noticeConnection({event: 'opened', server, sessionId, readOnly});
	}

	failed(error: Error): void {
		this.#failed++;
		this.#lastFailure = error;
		noticeConnection({event: 'failed', error});
	}

	/** Without effect when there is no connection. */
	closed(error: Error | undefined): void {
		const server = this.#server;
		this.#server = undefined;
		if (server === undefined) return;
		this.#lastFailure = error ?? this.#lastFailure;
		noticeConnection({event: 'closed', server, error});
	}

	/** The client's listeners are about to be told. */
	told(event: SessionNotice['event']): void {
		noticeSession({event, sessionId: this.#lastSession});
	}
}
