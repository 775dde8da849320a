import type {OperationName, ReplyOf, RequestOf} from '../driver/operation.ts';
import {AbortedError} from '../errors/aborted-error.ts';
import {ConnectionLossError, TooManyWaitingError} from '../errors/session-error.ts';
import {abortable} from '../util/abortable.ts';
import {deferred} from '../util/deferred.ts';
import {type CallName, describe} from './call-name.ts';
import type {SessionConnection} from './session-connection.ts';
import type {SessionOptions} from './session-options.ts';
import type {ClientStats} from './session-record.ts';
import {type WaitingCall, WaitingCalls} from './waiting-calls.ts';

type CallsOptions = {
	/** How long a call may wait for a connection, and how many at once. */
	readonly limits: Pick<SessionOptions, 'connectTimeout' | 'maxWaitingCalls'>;
	/** What it rejects with is the driver's. */
	readonly send: <Name extends OperationName>(operation: Name, request: RequestOf<Name>) => Promise<ReplyOf<Name>>;
	readonly translate: (error: unknown, name: CallName) => unknown;
	readonly connection: Pick<SessionConnection, 'isOpen' | 'setUp'>;
	/** Why nothing is connected. */
	readonly lastFailure: () => Error | undefined;
};

/** The calls of a client: sent at once if there is a connection, and otherwise as soon as there is one. The order of the calls is the order on the wire. */
export class Calls {
	readonly #options: CallsOptions;
	readonly #waiting: WaitingCalls;
	#succeeded = 0;
	#failed = 0;
	#inFlight = 0;

	constructor(options: CallsOptions) {
		this.#options = options;
		this.#waiting = new WaitingCalls(options.limits);
	}

	/** Of what was sent, and of what waits for a connection. */
	get counts(): ClientStats['requests'] {
		return {
			succeeded: this.#succeeded,
			failed: this.#failed,
			inFlight: this.#inFlight,
			waiting: this.#waiting.size,
		};
	}

	/** An aborted call that has not been sent never is. @param anySession whether it waits on when the session ends */
	call<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
		signal: AbortSignal | undefined,
		anySession: boolean,
	): Promise<ReplyOf<Name>> {
		if (!this.#options.connection.isOpen) return this.#wait(operation, request, name, signal, anySession);
		const reply = this.#sendInTurn(operation, request, name);
		return signal ? abortable(reply, signal, reason => new AbortedError(describe(name), reason)) : reply;
	}

	sendWaiting(): void {
		this.#waiting.sendAll();
	}

	rejectWaiting(error: (name: CallName) => Error): void {
		this.#waiting.rejectAll(({name}) => error(name));
	}

	rejectOfSession(error: (name: CallName) => Error): void {
		this.#waiting.rejectOfSession(({name}) => error(name));
	}

	#wait<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
		signal: AbortSignal | undefined,
		anySession: boolean,
	): Promise<ReplyOf<Name>> {
		const unsent = (cause: Error | undefined): Error => new ConnectionLossError(describe(name), {sent: false, cause});
		if (this.#waiting.isFull)
			return Promise.reject(unsent(new TooManyWaitingError(this.#options.limits.maxWaitingCalls)));
		const {promise, resolve, reject} = deferred<ReplyOf<Name>>();
		const send = (): void => resolve(this.#sendInTurn(operation, request, name));
		const waiting: WaitingCall = {name, anySession, send, reject};
		this.#waiting.add(waiting, () => unsent(this.#options.lastFailure()));
		return abortable(promise, signal, reason => {
			this.#waiting.remove(waiting);
			return new AbortedError(describe(name), reason);
		});
	}

	/** Settles only once the state says `connected`: who goes on with a reply shall not find the session still suspended. */
	#sendInTurn<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
	): Promise<ReplyOf<Name>> {
		const {setUp} = this.#options.connection;
		this.#inFlight++;
		// One promise: this is the path of every request.
		return this.#options.send(operation, request).then(
			reply => {
				this.#inFlight--;
				this.#succeeded++;
				return setUp ? setUp.then(() => reply) : reply;
			},
			async (error: unknown) => {
				this.#inFlight--;
				this.#failed++;
				const translated = this.#options.translate(error, name);
				await setUp;
				throw translated;
			},
		);
	}
}
