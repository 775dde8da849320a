import {DisconnectedError, type Driver, type Handshake} from '../driver/driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../driver/operation.ts';
import {unsupported} from '../driver/unsupported.ts';
import {AbortedError} from '../errors/aborted-error.ts';
import {SessionExpiredError} from '../errors/session-error.ts';
import {isTraced, noticeConnection, traceRequest} from '../diagnostics.ts';
import {dataSize} from './data-size.ts';
import {deferred} from '../util/deferred.ts';
import type {Emitter} from '../util/emitter.ts';
import {Authentication, type Credential} from './authentication.ts';
import {Calls} from './calls.ts';
import {type CallName, describe} from './call-name.ts';
import {closedError, requestError, saysExpired} from './request-error.ts';
import type {Send} from './send.ts';
import {ServerWatches} from './server-watches.ts';
import {SessionClock} from './session-clock.ts';
import {SessionCredentials} from './session-credentials.ts';
import {SessionConnection} from './session-connection.ts';
import type {SessionOptions} from './session-options.ts';
import {type ClientStats, SessionRecord} from './session-record.ts';
import type {SessionEvents} from './session-events.ts';
import {next, type SessionEvent, type SessionState, type StateOf} from './state.ts';
import {Watches} from './watches.ts';

/**
 * Runs the pure state machine of `state.ts` from the driver's events, and keeps what belongs to a session: its clock, its credentials, its watches and the calls that
 * wait for a connection.
 */
export class Session {
	readonly watches: Watches = new Watches();
	readonly serverWatches: ServerWatches;
	readonly #driver: Driver;
	readonly #options: SessionOptions;
	readonly #emitter: Emitter<SessionEvents>;
	readonly #clock: SessionClock;
	readonly #calls: Calls;
	readonly #record = new SessionRecord();
	readonly #authentication: Authentication;
	readonly #connection: SessionConnection;
	readonly #closed = deferred<Error | undefined>();
	#state: SessionState = {status: 'connecting', since: performance.now()};
	#timeout: number | undefined;
	#identity: SessionCredentials | undefined;
	#era = 0;

	constructor(driver: Driver, options: SessionOptions, emitter: Emitter<SessionEvents>) {
		this.#driver = driver;
		this.#options = options;
		this.#emitter = emitter;
		const {session, maxRequestLength = Infinity} = options;
		const translate = (error: unknown, name: CallName): unknown => this.#translate(error, name);
		const send: Send = (operation, request, name) =>
			this.#send(operation, request).catch((error: unknown) => {
				throw translate(error, name);
			});
		this.serverWatches = new ServerWatches(this.watches, send, maxRequestLength);
		this.#identity = session && new SessionCredentials(session.id, Buffer.from(session.password));
		this.#authentication = new Authentication({
			credentials: options.credentials,
			sasl: options.sasl,
			send,
			capabilities: driver.capabilities,
			onRefused: async cause => {
				if (this.#enter({type: 'closed', now: performance.now(), cause})) await this.#shutDown(cause);
			},
		});
		this.#connection = new SessionConnection({
			authentication: this.#authentication,
			serverWatches: this.serverWatches,
			onOpen: () => this.#calls.sendWaiting(),
			onReady: handshake => this.#announce(handshake),
		});
		this.#calls = new Calls({
			limits: options,
			send: (operation, request) => this.#send(operation, request),
			translate,
			connection: this.#connection,
			lastFailure: () => this.#record.lastFailure,
		});
		this.#clock = new SessionClock(options.leaseMargin, {
			untrusted: () => this.#tell('untrusted'),
			lost: () => {
				this.#end(
					new SessionExpiredError('no server answered within the session timeout', {cause: this.#record.lastFailure}),
				);
				this.#driver.renew();
			},
		});
		this.#driver.start({
			connected: handshake => this.#onConnected(handshake),
			disconnected: cause => this.#onDisconnected(cause),
			expired: () => this.#end(new SessionExpiredError('a server said so')),
			answered: sentAt => {
				// A server that is cut off from the others knows nothing of the session's life.
				if (!this.#connection.isReadOnly) this.#clock.answered(sentAt);
				// What arrives after the event loop was blocked may be read before any timer fires: nobody may act on it in a session that is over (trap T4).
				this.checkClock();
			},
			event: event => {
				const era = this.#era;
				this.checkClock();
				if (era === this.#era) this.watches.deliver(event);
			},
			dialFailed: cause => this.#record.failed(cause),
		});
	}

	get state(): SessionState {
		return this.#state;
	}

	/** Whether calls go out now: a little before the state says `connected`, as soon as what the new connection is asked first has been sent. */
	get isOpen(): boolean {
		return this.#connection.isOpen;
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

	/** Names the session that a call made now belongs to, also while that session is still to be opened. */
	get era(): number {
		return this.#era;
	}

	/** Of the session that calls go to now, if it has been opened; known a little before the state says so. */
	get sessionId(): bigint | undefined {
		return this.#identity?.id;
	}

	get capabilities(): Driver['capabilities'] {
		return this.#driver.capabilities;
	}

	get closed(): Promise<Error | undefined> {
		return this.#closed.promise;
	}

	/** Why the last dial failed, to tell somebody who waited in vain. */
	get lastFailure(): Error | undefined {
		return this.#record.lastFailure;
	}

	get stats(): ClientStats {
		return {requests: this.#calls.counts, ...this.#record.counts, watches: this.watches.counts};
	}

	checkClock(): void {
		this.#clock.check();
	}

	/**
	 * Sends at once if there is a connection, and otherwise as soon as there is one in the same session. The order of the calls is the order on the wire.
	 * An aborted call that has not been sent never is.
	 *
	 * @param era which session it belongs to; by default the one of now. In another it is not sent. `'any'`: it may be sent in a later one
	 */
	call<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
		signal?: AbortSignal,
		era?: number | 'any',
	): Promise<ReplyOf<Name>> {
		this.checkClock();
		if (signal?.aborted) return Promise.reject(new AbortedError(describe(name), signal.reason));
		if (this.#state.status === 'closed') return Promise.reject(closedError(name, this.#state));
		if (typeof era === 'number' && era !== this.#era) return Promise.reject(new SessionExpiredError(describe(name)));
		const refusal = unsupported(this.#driver.capabilities, operation, request);
		if (refusal) return Promise.reject(refusal);
		return isTraced()
			? this.#traced(operation, request, name, signal, era === 'any')
			: this.#calls.call(operation, request, name, signal, era === 'any');
	}

	async addCredential(credential: Credential): Promise<void> {
		if (this.#state.status === 'closed') throw closedError({operation: `auth ${credential.scheme}`}, this.#state);
		await this.#authentication.add(credential, this.#connection.isOpen);
	}

	/** @throws InvalidArgumentError */
	setServers(connectString: string, stay?: boolean): void {
		this.#driver.setServers(connectString, stay);
		noticeConnection({event: 'servers', servers: connectString});
	}

	async close(): Promise<void> {
		if (!this.#enter({type: 'closed', now: performance.now()})) {
			await this.#closed.promise;
			return;
		}
		await this.#shutDown(undefined);
	}

	#traced<Name extends OperationName>(
		operation: Name,
		request: RequestOf<Name>,
		name: CallName,
		signal: AbortSignal | undefined,
		anySession: boolean,
	): Promise<ReplyOf<Name>> {
		return traceRequest(
			() => ({operation: name.operation, path: name.path, size: dataSize(request)}),
			() => this.#calls.call(operation, request, name, signal, anySession),
		);
	}

	#send<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
		return this.serverWatches.follow(operation, request, this.#driver.call(operation, request));
	}

	/** The one place where what a driver says becomes what a user catches. */
	#translate(error: unknown, name: CallName): unknown {
		if (error instanceof DisconnectedError && this.#state.status === 'closed') return closedError(name, this.#state);
		if (!saysExpired(error)) return requestError(error, name);
		const ended = new SessionExpiredError(describe(name));
		this.#end(ended);
		this.#driver.renew();
		return ended;
	}

	#onConnected(handshake: Handshake): void {
		this.#record.opened(handshake);
		const era = this.#era;
		this.checkClock();
		// Resumed too late by this client's own clock: the driver was told to give it up, and dials for a new one.
		if (era !== this.#era || this.#state.status === 'closed') return;
		this.#timeout = handshake.timeout;
		const resumed = handshake.sessionId === this.#identity?.id;
		if (!handshake.readOnly) this.#clock.start(handshake.sentAt, handshake.timeout);
		this.#identity = new SessionCredentials(handshake.sessionId, handshake.password);
		this.#connection.begin(handshake, resumed);
	}

	#announce({sessionId, readOnly}: Handshake): void {
		const resumed = this.#state.status === 'suspended';
		const state = this.#enter({type: 'opened', now: performance.now(), sessionId, readOnly});
		if (!state) return;
		if (resumed || this.#era > 0) this.watches.missed();
		this.#tell(resumed ? 'reconnected' : 'connected', state as StateOf<'connected'>);
	}

	#onDisconnected(cause: Error): void {
		this.#record.closed(cause);
		this.#connection.end();
		const state = this.#enter({type: 'disconnected', now: performance.now(), expiresAt: this.#clock.expiresAt});
		if (state) this.#tell('suspended', state as StateOf<'suspended'>);
		this.checkClock();
	}

	#end(cause: Error): void {
		if (!this.#identity || this.#state.status === 'closed') return;
		// Without effect in a session that ends before it was announced: nobody was told of it.
		const state = this.#enter({type: 'ended', now: performance.now(), cause});
		this.#record.closed(cause);
		this.#era++;
		this.#identity = undefined;
		this.#connection.end();
		this.#clock.stop();
		this.#calls.rejectOfSession(name => new SessionExpiredError(describe(name), {cause}));
		this.watches.lost();
		if (state) this.#tell('lost', state as StateOf<'lost'>);
	}

	/** Told at once: nothing that was held is held any more, whether or not a server confirms it in time. */
	async #shutDown(cause: Error | undefined): Promise<void> {
		this.#connection.end();
		this.#clock.stop();
		this.#calls.rejectWaiting(name => closedError(name, this.#state));
		this.watches.lost();
		this.#tell('closed', this.#state as StateOf<'closed'>);
		this.#record.closed(cause);
		await this.#driver.close(cause ? 0 : this.#options.closeTimeout);
		this.#closed.resolve(cause);
	}

	#tell<Name extends keyof SessionEvents>(event: Name, ...args: SessionEvents[Name]): void {
		this.#record.told(event);
		this.#emitter.emit(event, ...args);
	}

	#enter(event: SessionEvent): SessionState | undefined {
		const state = next(this.#state, event);
		if (state) this.#state = state;
		return state;
	}
}
