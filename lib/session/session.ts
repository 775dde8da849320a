import {DisconnectedError, type Driver, type Handshake, RefusedError} from '../driver/driver.ts';
import type {OperationName, ReplyOf, RequestOf, WatchTables} from '../driver/operation.ts';
import {AbortedError} from '../errors/aborted-error.ts';
import {keeperError} from '../errors/keeper-error.ts';
import {AuthFailedError, ClientClosedError, ConnectionLossError, SessionExpiredError} from '../errors/session-error.ts';
import {abortable} from '../util/abortable.ts';
import {deferred} from '../util/deferred.ts';
import type {Emitter} from '../util/emitter.ts';
import {type CallName, describe} from './call-name.ts';
import {SessionClock} from './session-clock.ts';
import {SessionCredentials} from './session-credentials.ts';
import type {SessionEvents} from './session-events.ts';
import {next, type SessionEvent, type SessionState, type StateOf} from './state.ts';
import {type WaitingCall, WaitingCalls} from './waiting-calls.ts';
import {Watches} from './watches.ts';

export type Credential = {readonly scheme: string; readonly auth: Uint8Array};

export type SessionOptions = {
	readonly credentials: readonly Credential[];
	readonly leaseMargin: number | undefined;
	/** How long a call may wait for a connection, ms. */
	readonly connectTimeout: number;
	readonly closeTimeout: number;
};

/** ZooKeeper's result codes that speak of the session instead of the request. */
const sessionExpired = -112;
const unknownSession = -12;
const sessionMoved = -118;
const authFailed = -115;

/**
 * Runs the pure state machine of `state.ts` from the driver's events, and keeps what belongs to a session: its clock, its credentials, its watches and the calls that
 * wait for a connection.
 */
export class Session {
	readonly watches: Watches = new Watches();
	readonly #driver: Driver;
	readonly #options: SessionOptions;
	readonly #emitter: Emitter<SessionEvents>;
	readonly #clock: SessionClock;
	readonly #waiting: WaitingCalls;
	readonly #credentials: Credential[];
	readonly #closed = deferred<Error | undefined>();
	#state: SessionState = {status: 'connecting', since: performance.now()};
	/** The connection that calls go out on; it is open a little before the state says `connected`, which waits until watches are re-armed. */
	#connection: Handshake | undefined;
	#timeout: number | undefined;
	#identity: SessionCredentials | undefined;
	#lastFailure: Error | undefined;

	constructor(driver: Driver, options: SessionOptions, emitter: Emitter<SessionEvents>) {
		this.#driver = driver;
		this.#options = options;
		this.#emitter = emitter;
		this.#credentials = [...options.credentials];
		this.#waiting = new WaitingCalls(options.connectTimeout);
		this.#clock = new SessionClock(options.leaseMargin, {
			untrusted: () => this.#emitter.emit('untrusted'),
			lost: () => {
				this.#end(new SessionExpiredError('no server answered within the session timeout', {cause: this.#lastFailure}));
				this.#driver.renew();
			},
		});
		this.#driver.start({
			connected: handshake => this.#onConnected(handshake),
			disconnected: cause => this.#onDisconnected(cause),
			expired: () => this.#end(new SessionExpiredError('a server said so')),
			answered: sentAt => this.#clock.answered(sentAt),
			event: event => this.watches.deliver(event),
			dialFailed: cause => {
				this.#lastFailure = cause;
			},
		});
	}

	get state(): SessionState {
		return this.#state;
	}

	get trustedUntil(): number {
		return this.#clock.trustedUntil;
	}

	get timeout(): number | undefined {
		return this.#timeout;
	}

	get credentials(): SessionCredentials | undefined {
		return this.#state.status === 'connected' || this.#state.status === 'suspended' ? this.#identity : undefined;
	}

	get capabilities(): Driver['capabilities'] {
		return this.#driver.capabilities;
	}

	get closed(): Promise<Error | undefined> {
		return this.#closed.promise;
	}

	/** Why the last dial failed, to tell somebody who waited in vain. */
	get lastFailure(): Error | undefined {
		return this.#lastFailure;
	}

	checkClock(): void {
		this.#clock.check();
	}

	/**
	 * Sends at once if there is a connection, and otherwise as soon as there is one in the same session. The order of the calls is the order on the wire.
	 * An aborted call that has not been sent never is.
	 */
	call<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
		signal?: AbortSignal,
	): Promise<ReplyOf<Name>> {
		this.checkClock();
		if (signal?.aborted) return Promise.reject(new AbortedError(describe(name), signal.reason));
		if (this.#state.status === 'closed') return Promise.reject(this.#closedError(name));
		if (this.#connection) {
			return abortable(
				this.#send(operation, request, name),
				signal,
				reason => new AbortedError(describe(name), reason),
			);
		}
		const {promise, resolve, reject} = deferred<ReplyOf<Name>>();
		const waiting: WaitingCall = {name, send: () => resolve(this.#send(operation, request, name)), reject};
		this.#waiting.add(waiting, () => new ConnectionLossError(describe(name), {sent: false, cause: this.#lastFailure}));
		return abortable(promise, signal, reason => {
			this.#waiting.remove(waiting);
			return new AbortedError(describe(name), reason);
		});
	}

	async addCredential(credential: Credential): Promise<void> {
		this.#credentials.push(credential);
		if (this.#connection) await this.#authenticate(credential);
	}

	async close(): Promise<void> {
		if (!this.#enter({type: 'closed', now: performance.now()})) {
			await this.#closed.promise;
			return;
		}
		await this.#shutDown(undefined);
	}

	#send<Name extends OperationName>(operation: Name, request: RequestOf<Name>, name: CallName): Promise<ReplyOf<Name>> {
		return this.#driver.call(operation, request).catch((error: unknown) => {
			throw this.#translate(error, name);
		});
	}

	/** The one place where what a driver says becomes what a user catches. */
	#translate(error: unknown, name: CallName): unknown {
		if (error instanceof DisconnectedError) {
			if (this.#state.status === 'closed') return this.#closedError(name);
			return new ConnectionLossError(describe(name), {sent: error.sent, cause: error.cause});
		}
		if (!(error instanceof RefusedError)) return error;
		switch (error.resultCode) {
			case sessionExpired:
			case unknownSession: {
				const ended = new SessionExpiredError(describe(name));
				this.#end(ended);
				this.#driver.renew();
				return ended;
			}
			case sessionMoved:
				return new ConnectionLossError(describe(name), {sent: true, cause: error});
			case authFailed:
				return new AuthFailedError(`${describe(name)}: the server refused the credential`);
			default:
				return keeperError(error.resultCode, name.operation, name.path);
		}
	}

	#onConnected(handshake: Handshake): void {
		this.checkClock();
		this.#connection = handshake;
		this.#timeout = handshake.timeout;
		this.#identity = new SessionCredentials(handshake.sessionId, handshake.password);
		this.#clock.start(handshake.sentAt, handshake.timeout);
		const resumed = this.#state.status === 'suspended';
		// Before anything else on this connection: requests are authorised by what the server has read by then, and no reply may overtake a missed event (trap T8).
		const setUp = this.#credentials.map(credential => this.#authenticate(credential));
		if (!this.#driver.capabilities.restoresWatches) setUp.push(...this.#rearm(resumed));
		this.#waiting.sendAll();
		if (setUp.length === 0) this.#announce(handshake, resumed);
		else void Promise.allSettled(setUp).then(() => this.#announce(handshake, resumed));
	}

	#announce(handshake: Handshake, resumed: boolean): void {
		if (this.#connection !== handshake) return;
		const {sessionId, readOnly} = handshake;
		const state = this.#enter({type: 'opened', now: performance.now(), sessionId, readOnly});
		if (!state) return;
		if (resumed) this.watches.missed();
		this.#emitter.emit(resumed ? 'reconnected' : 'connected', state as StateOf<'connected'>);
	}

	#authenticate({scheme, auth}: Credential): Promise<void> {
		return this.#send('auth', {scheme, auth}, {operation: `auth ${scheme}`}).catch(async (error: unknown) => {
			if (error instanceof AuthFailedError && this.#enter({type: 'closed', now: performance.now(), cause: error}))
				await this.#shutDown(error);
			throw error;
		});
	}

	/** In a new session only persistent watches are left, and they have to be asked for one by one. */
	#rearm(resumed: boolean): Promise<void>[] {
		if (resumed) return [...this.watches.frames()].map(tables => this.#restore(tables));
		return this.watches
			.persistentWatches()
			.map(({mode, path}) => this.#send('addWatch', {path, mode}, {operation: 'addWatch', path}));
	}

	async #restore(tables: WatchTables): Promise<void> {
		try {
			await this.#send('setWatches', tables, {operation: 'setWatches'});
		} catch (error) {
			// Refused: nobody may go on waiting for a watch that is not there. (A lost connection only means that the next one restores them.)
			if (!(error instanceof ConnectionLossError)) this.watches.lost();
		}
	}

	#onDisconnected(cause: Error): void {
		this.#connection = undefined;
		this.#lastFailure = cause;
		const state = this.#enter({type: 'disconnected', now: performance.now(), expiresAt: this.#clock.expiresAt});
		if (state) this.#emitter.emit('suspended', state as StateOf<'suspended'>);
		this.checkClock();
	}

	#end(cause: Error): void {
		const state = this.#enter({type: 'ended', now: performance.now(), cause});
		if (!state) return;
		this.#connection = undefined;
		this.#clock.stop();
		this.#waiting.rejectAll(({name}) => new SessionExpiredError(describe(name), {cause}));
		this.watches.lost();
		this.#emitter.emit('lost', state as StateOf<'lost'>);
	}

	async #shutDown(cause: Error | undefined): Promise<void> {
		this.#connection = undefined;
		this.#clock.stop();
		this.#waiting.rejectAll(({name}) => this.#closedError(name));
		await this.#driver.close(cause ? 0 : this.#options.closeTimeout);
		this.watches.lost();
		this.#emitter.emit('closed', this.#state as StateOf<'closed'>);
		this.#closed.resolve(cause);
	}

	#enter(event: SessionEvent): SessionState | undefined {
		const state = next(this.#state, event);
		if (state) this.#state = state;
		return state;
	}

	#closedError(name: CallName): Error {
		return new ClientClosedError(
			describe(name),
			this.#state.status === 'closed' && this.#state.cause ? {cause: this.#state.cause} : {},
		);
	}
}
