import {AbortedError} from '../errors/aborted-error.ts';
import {type Deferred, deferred} from '../util/deferred.ts';
import type {ProxiedFrame, ProxiedOperation, ReplyFrame, RequestFrame} from './proxied-frame.ts';
import {TestingError} from './testing-error.ts';

type RuleOptions = {
	/** How many frames the rule takes before it is used up. @default 1 */
	readonly times?: number;
	/** Removes the rule when aborted; `arrived` then rejects with `AbortedError` if nothing came. */
	readonly signal?: AbortSignal;
};

/** Which frames a rule is for: one kind of request, or the replies to one kind of request. */
export type FrameMatch = RuleOptions &
	(
		| {readonly request: ProxiedOperation; readonly reply?: never; readonly where?: (frame: RequestFrame) => boolean}
		| {readonly reply: ProxiedOperation; readonly request?: never; readonly where?: (frame: ReplyFrame) => boolean}
	);

/** What becomes of a frame: it goes on, waits, vanishes, or takes its connection down with it. */
export type FrameFate = 'pass' | 'hold' | 'drop' | 'reset';

/** A rule in force. It ends by itself when it is used up, by {@link remove}, or with its proxy. */
export class FaultRule implements Disposable {
	/**
	 * Fulfils with the first frame that the rule takes. Rejects if the rule ends before that: `AbortedError` by its signal, else
	 * `TestingError` with code `NOT_ARRIVED`.
	 */
	readonly arrived: Promise<ProxiedFrame>;
	readonly #match: FrameMatch;
	readonly #fate: FrameFate;
	readonly #onEnd: (rule: FaultRule) => void;
	readonly #first: Deferred<ProxiedFrame> = deferred();
	#hits = 0;

	constructor(match: FrameMatch, fate: FrameFate, onEnd: (rule: FaultRule) => void) {
		this.#match = match;
		this.#fate = fate;
		this.#onEnd = onEnd;
		this.arrived = this.#first.promise;
		// Few wait for every rule they make.
		this.arrived.catch(() => {});
		match.signal?.addEventListener('abort', this.#onAbort, {once: true});
		if (match.signal?.aborted) this.#onAbort();
	}

	/** How many frames it has taken so far. */
	get hits(): number {
		return this.#hits;
	}

	/** The rule takes no more frames. Idempotent. */
	remove(): void {
		this.#end(new TestingError('NOT_ARRIVED', `no ${nameOf(this.#match)} came by before the rule ended`));
	}

	[Symbol.dispose](): void {
		this.remove();
	}

	/** Takes the frame if it is one of those it is for, and says what becomes of it. */
	take(frame: ProxiedFrame): FrameFate | undefined {
		if (!matches(this.#match, frame)) return undefined;
		this.#hits++;
		this.#first.resolve(frame);
		if (this.#hits >= (this.#match.times ?? 1)) this.#retire();
		return this.#fate;
	}

	readonly #onAbort = (): void => {
		this.#end(new AbortedError(`waiting for ${nameOf(this.#match)}`, this.#match.signal?.reason));
	};

	#end(error: Error): void {
		this.#first.reject(error);
		this.#retire();
	}

	#retire(): void {
		this.#match.signal?.removeEventListener('abort', this.#onAbort);
		this.#onEnd(this);
	}
}

function matches(match: FrameMatch, frame: ProxiedFrame): boolean {
	if (match.request !== undefined) {
		return frame.direction === 'request' && frame.op === match.request && (match.where?.(frame) ?? true);
	}
	return frame.direction === 'reply' && frame.op === match.reply && (match.where?.(frame) ?? true);
}

function nameOf(match: FrameMatch): string {
	return match.request !== undefined ? `${match.request} request` : `${match.reply} reply`;
}
