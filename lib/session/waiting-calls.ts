import type {CallName} from './call-name.ts';
import type {SessionOptions} from './session-options.ts';

/** A call that waits for a connection. */
export type WaitingCall = {
	readonly name: CallName;
	/** Whether it waits on when its session has ended. */
	readonly anySession: boolean;
	send(): void;
	reject(error: Error): void;
};

/** Calls made without a connection, in their order: each waits no longer than its time, and no more than so many at once. */
export class WaitingCalls {
	readonly #timeout: number;
	readonly #limit: number;
	readonly #calls = new Map<WaitingCall, NodeJS.Timeout>();

	constructor({connectTimeout, maxWaitingCalls}: Pick<SessionOptions, 'connectTimeout' | 'maxWaitingCalls'>) {
		this.#timeout = connectTimeout;
		this.#limit = maxWaitingCalls;
	}

	get size(): number {
		return this.#calls.size;
	}

	/** Nothing must be added then. */
	get isFull(): boolean {
		return this.#calls.size >= this.#limit;
	}

	/** @param onTimeout gives the error of a call that waited too long */
	add(call: WaitingCall, onTimeout: () => Error): void {
		const timer = setTimeout(() => {
			this.#calls.delete(call);
			call.reject(onTimeout());
		}, this.#timeout);
		this.#calls.set(call, timer);
	}

	remove(call: WaitingCall): void {
		clearTimeout(this.#calls.get(call));
		this.#calls.delete(call);
	}

	sendAll(): void {
		for (const call of this.#take()) call.send();
	}

	rejectAll(error: (call: WaitingCall) => Error): void {
		for (const call of this.#take()) call.reject(error(call));
	}

	/** What was asked of the session that has ended must not happen in the next. */
	rejectOfSession(error: (call: WaitingCall) => Error): void {
		for (const call of [...this.#calls.keys()].filter(({anySession}) => !anySession)) {
			this.remove(call);
			call.reject(error(call));
		}
	}

	#take(): WaitingCall[] {
		for (const timer of this.#calls.values()) clearTimeout(timer);
		const calls = [...this.#calls.keys()];
		this.#calls.clear();
		return calls;
	}
}
