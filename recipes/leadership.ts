import {addAbortListener} from 'node:events';
import {
	AbortedError,
	ClientClosedError,
	InvalidArgumentError,
	isCoordinationError,
	unlessAborted,
} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {type Deferred, deferred} from '../lib/util/deferred.ts';
import {Emitter} from '../lib/util/emitter.ts';
import type {RevokeOn} from './connection-policy.ts';
import type {Term} from './leader-latch.ts';

/**
 * What listeners hear of a `close` during a term: nothing with `silent`, `notLeader` with `notify-leader`. They are Curator's `SILENT` and `NOTIFY_LEADER`.
 */
export type CloseMode = 'silent' | 'notify-leader';

export type LeadershipOptions = {
	/** What ends a term, beside its session's end: the loss of the connection (`suspended`), or nothing else (`lost`). @default 'suspended' */
	readonly revokeOn?: RevokeOn | undefined;
	/** Whether listeners hear of a `close` during a term. @default 'silent' */
	readonly closeMode?: CloseMode | undefined;
};

export type LeadershipEvents = {
	/** It leads from now on. Resign by `resign()`, not by the release of the term. */
	isLeader: [term: Term];
	/** It leads no longer: `term.signal.reason` says why, if it did not resign. Each `isLeader` has one at most, before the next. */
	notLeader: [term: Term];
	/** A server refused it; it takes part no longer. */
	failed: [error: unknown];
};

type State =
	| {readonly status: 'waiting'}
	| {readonly status: 'leading'; readonly term: Term; readonly ended: Deferred<void>}
	| {readonly status: 'over'};

/**
 * One participant of a latch, until it is closed: it queues, leads, and whenever its term is lost queues again, at the end. Curator's `LeaderLatch` between `start` and `close`.
 *
 * Status: stable.
 *
 * Error handling: lost connections and sessions end terms, not this. A server's refusal is the event `failed`, and ends it; the client's end does so as well.
 */
export class Leadership extends Emitter<LeadershipEvents> implements AsyncDisposable {
	readonly #path: string;
	readonly #closeMode: CloseMode;
	readonly #queueing = new AbortController();
	readonly #finished: Promise<void>;
	#state: State = {status: 'waiting'};
	/** The next term, or the one of now. */
	#next: Deferred<Term> = expected();

	/** @param queue waits for a term. @throws InvalidArgumentError */
	constructor(path: string, queue: (signal: AbortSignal) => Promise<Term>, closeMode: CloseMode = 'silent') {
		super();
		checkCloseMode(closeMode);
		this.#path = path;
		this.#closeMode = closeMode;
		this.#finished = this.#takePart(queue);
	}

	/** The term of now, if it leads. Compares the clock, so it is right even before an event could run. */
	get term(): Term | undefined {
		if (this.#state.status !== 'leading') return undefined;
		const {term} = this.#state;
		try {
			term.throwIfLost();
			return term;
		} catch {
			return undefined;
		}
	}

	get isLeader(): boolean {
		return this.term !== undefined;
	}

	/** The term of now, or the next one. @throws AbortedError, ClientClosedError if it is closed before, and what it failed with */
	async whenLeader({signal}: Cancellable = {}): Promise<Term> {
		for (;;) {
			AbortedError.throwIfAborted(signal, `lead ${this.#path}`);
			const {term} = this;
			if (term) return term;
			await unlessAborted(this.#next.promise, signal, `lead ${this.#path}`);
		}
	}

	/** Ends the term of now, if there is one, and queues again, behind the others. */
	resign(): void {
		if (this.#state.status === 'leading') this.#state.ended.resolve();
	}

	/** Takes part no longer. Resolves when its znode is gone. Idempotent; never rejects. */
	async close(mode: CloseMode = this.#closeMode): Promise<void> {
		checkCloseMode(mode);
		const term = this.#end(new ClientClosedError(`lead ${this.#path}`));
		if (term && mode === 'notify-leader') this.emit('notLeader', term);
		this.removeAllListeners();
		await this.#finished;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #takePart(queue: (signal: AbortSignal) => Promise<Term>): Promise<void> {
		try {
			for (;;) await this.#lead(await queue(this.#queueing.signal));
		} catch (error) {
			const isEnd = this.#queueing.signal.aborted || isCoordinationError(error, 'CLIENT_CLOSED');
			this.#end(error);
			if (!isEnd) this.emit('failed', error);
		}
	}

	async #lead(term: Term): Promise<void> {
		const ended = deferred();
		const listening = addAbortListener(term.signal, () => ended.resolve());
		const leading = {status: 'leading', term, ended} as const;
		if (this.#queueing.signal.aborted) ended.resolve();
		else {
			this.#state = leading;
			this.#next.resolve(term);
			this.emit('isLeader', term);
		}
		await ended.promise;
		listening[Symbol.dispose]();
		if (this.#state === leading) {
			this.#state = {status: 'waiting'};
			this.#next = expected();
			this.emit('notLeader', term);
		}
		await term.release();
	}

	/** @returns the term of now, if it led */
	#end(reason: unknown): Term | undefined {
		const state = this.#state;
		this.#state = {status: 'over'};
		this.#queueing.abort();
		// After a term, this is the next one's.
		if (state.status === 'leading') this.#next = expected();
		this.#next.reject(reason);
		if (state.status !== 'leading') return undefined;
		state.ended.resolve();
		return state.term;
	}
}

function checkCloseMode(mode: CloseMode): void {
	if (mode !== 'silent' && mode !== 'notify-leader')
		throw new InvalidArgumentError('closeMode', mode, "'silent' or 'notify-leader'");
}

/** Nobody need wait for it. */
function expected(): Deferred<Term> {
	const next = deferred<Term>();
	next.promise.catch(() => {});
	return next;
}
