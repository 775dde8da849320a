import type {SessionStatus} from '../../lib/session/state.ts';

/** What a call ends with: the unsent one knows that nothing happened. */
export type Outcome = 'reply' | 'refused' | 'loss, sent' | 'loss, unsent' | 'expired' | 'closed' | 'auth failed';
export type Answer = 'reply' | 'refused' | 'expired' | 'auth failed';

type Call = {readonly id: number; outcome?: Outcome};
/** Replies are held back until all that a connection has to be told first was answered. */
type SetUp = {left: number; readonly held: {readonly call: Call; readonly outcome: Outcome}[]};
type Sent = {
	readonly name: 'get' | 'auth';
	/** Nobody waits for a credential that the session presents by itself. */
	readonly call?: Call;
	readonly sentAt: number;
	/** What it waits for, or, of a credential, what waits for it. */
	readonly setUp: SetUp | undefined;
};
type Waiting = {readonly call: Call; readonly deadline: number};

/** All times are multiples of 100 ms but this one: a call's wait never ends together with a session. */
export const limits = {sessionTimeout: 4000, leaseMargin: 1000, connectTimeout: 3050, maxWaitingCalls: 3} as const;

/** What a session promises, said without promises, timers and sockets: one step is one call of a method, and whatever follows from it has followed when it returns. */
export class SessionModel {
	now = 0;
	status: SessionStatus = 'connecting';
	since = 0;
	era = 0;
	sessions = 0n;
	sessionId: bigint | undefined;
	readOnly = false;
	/** Whether the driver has a connection. */
	isLinked = false;
	clock: {readonly base: number; readonly isUntrusted: boolean} | undefined;
	/** When the session would have ended, as it was known when its connection went. */
	expectedUntil: number = -Infinity;
	readonly told: string[] = [];
	readonly calls: Call[] = [];
	wire: Sent[] = [];
	waiting: Waiting[] = [];
	#isOpen = false;
	#credentials = 0;
	#setUp: SetUp | undefined;

	get #expiresAt(): number {
		return this.clock ? this.clock.base + limits.sessionTimeout : -Infinity;
	}

	get trustedUntil(): number {
		return this.#expiresAt - limits.leaseMargin;
	}

	/** Of the same session if there is one, and of a new one otherwise. */
	connect(readOnly: boolean): void {
		const {era} = this;
		this.isLinked = true;
		this.check();
		if (this.era !== era) return;
		this.sessionId ??= ++this.sessions;
		this.readOnly = readOnly;
		// A server that is cut off from the others knows nothing of the session's life.
		if (!readOnly) this.clock = {base: this.now, isUntrusted: false};
		this.#isOpen = true;
		this.#setUp = this.#credentials > 0 ? {left: this.#credentials, held: []} : undefined;
		for (let sent = 0; sent < this.#credentials; sent++) this.#send('auth');
		for (const {call} of this.waiting.splice(0)) this.#send('get', call);
		if (!this.#setUp) this.#announce();
	}

	disconnect(): void {
		this.#isOpen = false;
		if (this.status === 'connected') {
			this.expectedUntil = this.#expiresAt;
			this.#enter('suspended', 'suspended');
		}
		this.check();
		this.#cut('loss, sent');
	}

	expire(): void {
		if (this.sessionId === undefined) return;
		const announced = this.status === 'connected' || this.status === 'suspended';
		this.era++;
		this.sessionId = undefined;
		this.#isOpen = false;
		this.clock = undefined;
		for (const {call} of this.waiting.splice(0)) call.outcome = 'expired';
		if (announced) this.#enter('lost', 'lost');
	}

	call(isStale: boolean): void {
		this.check();
		const call = this.#called();
		if (this.status === 'closed') call.outcome = 'closed';
		else if (isStale) call.outcome = 'expired';
		else if (this.#isOpen) this.#send('get', call);
		else if (this.waiting.length === limits.maxWaitingCalls) call.outcome = 'loss, unsent';
		else this.waiting.push({call, deadline: this.now + limits.connectTimeout});
	}

	addCredential(): void {
		const call = this.#called();
		if (this.status === 'closed') call.outcome = 'closed';
		else {
			this.#credentials++;
			if (this.#isOpen) this.wire.push({name: 'auth', call, sentAt: this.now, setUp: undefined});
			else call.outcome = 'reply';
		}
	}

	answer(sent: Sent, answer: Answer): void {
		this.wire = this.wire.filter(other => other !== sent);
		if (this.clock && !this.readOnly) {
			const base = Math.max(this.clock.base, sent.sentAt);
			const isTrusted = this.now < base + limits.sessionTimeout - limits.leaseMargin;
			this.clock = {base, isUntrusted: this.clock.isUntrusted && !isTrusted};
		}
		const {era} = this;
		this.check();
		// The session was over before its answer was read.
		if (this.era !== era) return this.#settle(sent, 'loss, sent');
		if (answer === 'expired') {
			this.#endHere();
			return this.#settle(sent, 'expired');
		}
		if (answer === 'auth failed' && sent.name === 'auth') {
			this.close();
			return this.#settle(sent, 'auth failed');
		}
		this.#settle(sent, answer);
	}

	close(): void {
		if (this.status === 'closed') return;
		this.#isOpen = false;
		this.clock = undefined;
		for (const {call} of this.waiting.splice(0)) call.outcome = 'closed';
		this.#enter('closed', 'closed');
		this.#cut('closed');
	}

	/** Whatever the session hears or is asked, it looks at the clock first. */
	check(): void {
		if (!this.clock) return;
		if (this.now >= this.trustedUntil && !this.clock.isUntrusted) {
			this.clock = {...this.clock, isUntrusted: true};
			this.told.push('untrusted');
		}
		if (this.now >= this.#expiresAt) this.#endHere();
	}

	pass(duration: number): void {
		const end = this.now + duration;
		for (let due = this.#due(); due <= end; due = this.#due()) {
			this.now = Math.max(this.now, due);
			this.check();
			for (const {call, deadline} of this.waiting) if (deadline <= this.now) call.outcome = 'loss, unsent';
			this.waiting = this.waiting.filter(({call}) => call.outcome === undefined);
		}
		this.now = end;
	}

	#due(): number {
		const ofClock = this.clock ? (this.clock.isUntrusted ? this.#expiresAt : this.trustedUntil) : Infinity;
		return Math.min(ofClock, ...this.waiting.map(({deadline}) => deadline));
	}

	/** The session ends while the driver may have a connection of it, which is of no use any more. */
	#endHere(): void {
		this.expire();
		this.#cut('loss, sent');
	}

	#cut(outcome: Outcome): void {
		this.isLinked = false;
		for (const sent of this.wire.splice(0)) this.#settle(sent, outcome);
	}

	#called(): Call {
		const call: Call = {id: this.calls.length};
		this.calls.push(call);
		return call;
	}

	#send(name: Sent['name'], call?: Call): void {
		const setUp = this.#setUp && this.#setUp.left > 0 ? this.#setUp : undefined;
		this.wire.push({name, sentAt: this.now, setUp, ...(call ? {call} : {})});
	}

	#settle({name, call, setUp}: Sent, outcome: Outcome): void {
		if (name === 'get' && call) {
			if (setUp && setUp.left > 0) setUp.held.push({call, outcome});
			else call.outcome = outcome;
			return;
		}
		if (call) call.outcome = outcome;
		if (!setUp || --setUp.left > 0) return;
		for (const held of setUp.held.splice(0)) held.call.outcome = held.outcome;
		if (this.#isOpen && this.#setUp === setUp) this.#announce();
	}

	#announce(): void {
		this.#enter('connected', this.status === 'suspended' ? 'reconnected' : 'connected');
	}

	#enter(status: SessionStatus, event: string): void {
		this.status = status;
		this.since = this.now;
		this.told.push(event);
	}
}
