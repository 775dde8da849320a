import {setTimeout as sleep} from 'node:timers/promises';
import type {ConnectionOptions as TlsOptions} from 'node:tls';
import type {Resolve} from '../addresses.ts';
import {type Capabilities, DisconnectedError, type Driver, type DriverListener, type Handshake} from '../driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../operation.ts';
import type {DialError} from '../../errors/dial-error.ts';
import {Connection} from './connection.ts';
import {Ensemble, parseHosts, type Server} from './ensemble.ts';
import {type Codecs, codecs} from './jute/request/codecs.ts';
import {noPassword} from './jute/request/connect.ts';
import {dialTimeout, pauseAfter} from './pacing.ts';
import {PlainRefusals} from './plain-refusals.ts';
import {tlsMaterial} from './tls-material.ts';
import {writableServer} from './writable-server.ts';

export type WireDriverOptions = {
	readonly servers: readonly Server[];
	/** A session to go on with, of another client that has left it. */
	readonly session?: {readonly id: bigint; readonly password: Uint8Array} | undefined;
	/** Asked of the server, which clamps it; milliseconds. */
	readonly sessionTimeout: number;
	/** Whether a server that takes no writes will do until there is one that does. */
	readonly canBeReadOnly?: boolean | undefined;
	/** Of a request, and of a reply; bytes. */
	readonly maxRequestLength: number;
	readonly maxReplyLength: number;
	/** Asked before each dial; without it connections are plain. */
	readonly secure?: (() => Promise<TlsOptions>) | undefined;
	/** Finds the addresses of host names. @default `dns.lookup` */
	readonly resolve?: Resolve | undefined;
};

/** What identifies a session to a server; id 0 asks for a new one. */
type Credentials = {readonly sessionId: bigint; readonly password: Buffer; readonly timeout: number};

type State =
	| {readonly status: 'idle'}
	/** `waiting` ends a pause between dials early. */
	| {readonly status: 'dialling'; readonly connection: Connection | undefined; readonly waiting: AbortController}
	| {
			readonly status: 'connected';
			readonly connection: Connection;
			readonly server: Server;
			readonly waiting: AbortController;
			/** A read-only server made the session up, and no other will know it. */
			readonly temporary: boolean;
	  }
	| {readonly status: 'closed'};

/** The driver in pure TypeScript over `node:net`: picks a server, shakes hands, and dials again for the same session until it is told to give that up. */
export class WireDriver implements Driver {
	readonly capabilities: Capabilities = {
		multi: true,
		multiRead: true,
		aclAtCreate: true,
		getAcl: true,
		statInReply: true,
		nullData: true,
		longTtl: true,
		binaryCredentials: true,
		persistentWatches: true,
		removeWatches: true,
		ephemerals: true,
		descendantCount: true,
		whoAmI: true,
		reconfig: true,
		sasl: true,
		tls: true,
		readOnlyMode: true,
		replyLimit: true,
	};
	readonly #options: WireDriverOptions;
	readonly #ensemble: Ensemble;
	readonly #codecs: Codecs;
	readonly #plainRefusals = new PlainRefusals();
	#listener: DriverListener | undefined;
	#state: State = {status: 'idle'};
	#credentials: Credentials;
	#lastZxid = 0n;

	constructor(options: WireDriverOptions) {
		this.#options = options;
		this.#ensemble = new Ensemble(options.servers, options.resolve);
		this.#codecs = codecs(() => this.#lastZxid);
		const {session, sessionTimeout: timeout} = options;
		this.#credentials = session
			? {sessionId: session.id, password: Buffer.from(session.password), timeout}
			: this.#none();
	}

	start(listener: DriverListener): void {
		this.#listener = listener;
		void this.#run(listener);
	}

	call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
		return this.#state.status === 'connected'
			? this.#state.connection.call(operation, request)
			: Promise.reject(new DisconnectedError(false));
	}

	renew(): void {
		this.#credentials = this.#none();
		// A new session begins its own history: a server restored from a backup would refuse the old zxid for ever.
		this.#lastZxid = 0n;
		if (this.#state.status !== 'connected' && this.#state.status !== 'dialling') return;
		const {connection, waiting} = this.#state;
		// From here on this connection is not the current one: nothing of the old session is told any more.
		this.#state = {status: 'dialling', connection, waiting};
		connection?.abandon(new Error('the session was given up'));
	}

	setServers(connectString: string, stay = false): void {
		const servers = parseHosts(connectString);
		const state = this.#state;
		const leave = this.#ensemble.replace(servers, state.status === 'connected' ? state.server : undefined);
		if (leave && !stay && state.status === 'connected') state.connection.end(new Error('the servers have changed'));
	}

	async close(timeout: number): Promise<void> {
		const state = this.#state;
		this.#listener = undefined;
		this.#state = {status: 'closed'};
		if (state.status === 'dialling') {
			state.waiting.abort();
			state.connection?.end(new Error('the client was closed'));
		}
		if (state.status !== 'connected') return;
		// The server closes the connection after its reply; a lost reply must not keep the owner waiting.
		const timer = setTimeout(() => state.connection.end(new Error('the client was closed')), timeout);
		await state.connection.call('closeSession', undefined).catch(() => undefined);
		clearTimeout(timer);
		state.connection.end(new Error('the client was closed'));
	}

	async #run(listener: DriverListener): Promise<void> {
		for (let failures = 0; this.#state.status !== 'closed'; ) {
			const waiting = new AbortController();
			this.#state = {status: 'dialling', connection: undefined, waiting};
			const pause = pauseAfter(failures, this.#ensemble.size);
			if (pause > 0) {
				await sleep(pause, undefined, {signal: waiting.signal}).catch(() => undefined);
				if (waiting.signal.aborted) return;
			}
			failures = (await this.#serve(listener, waiting)) ? 0 : failures + 1;
		}
	}

	/** One connection from dial to end. Resolves with whether it was of use: anything less counts as a failure of that server. */
	async #serve(listener: DriverListener, waiting: AbortController): Promise<boolean> {
		const server = this.#ensemble.next();
		const secure = await this.#material(server, listener, waiting);
		if (this.#state.status === 'closed' || secure === 'unusable') return false;
		let answered = false;
		const connection = new Connection({
			server,
			secure,
			codecs: this.#codecs,
			maxRequestLength: this.#options.maxRequestLength,
			maxReplyLength: this.#options.maxReplyLength,
			listener: {
				answered: sentAt => {
					answered = true;
					if (this.#isCurrent(connection)) listener.answered(sentAt);
				},
				event: event => {
					if (this.#isCurrent(connection)) listener.event(event);
				},
			},
			onZxid: zxid => {
				if (this.#isCurrent(connection) && zxid > this.#lastZxid) this.#lastZxid = zxid;
			},
		});
		this.#state = {status: 'dialling', connection, waiting};
		try {
			if (!(await this.#shakeHands(connection, server, listener, waiting))) return true;
		} catch (error) {
			connection.end(error as Error);
			const cause = await this.#explained(error as Error, server, waiting);
			if (this.#listener) listener.dialFailed(cause);
			return false;
		}
		if (!this.#isCurrent(connection)) return answered;
		this.#lose(connection, await connection.ended, listener);
		return answered;
	}

	#lose(connection: Connection, cause: Error, listener: DriverListener): void {
		const state = this.#state;
		if (state.status !== 'connected' || state.connection !== connection) return;
		this.#state = {status: 'dialling', connection: undefined, waiting: state.waiting};
		listener.disconnected(cause);
		if (!state.temporary) return;
		this.renew();
		listener.expired();
	}

	async #material(
		server: Server,
		listener: DriverListener,
		{signal}: AbortController,
	): Promise<TlsOptions | undefined | 'unusable'> {
		const {secure} = this.#options;
		try {
			return secure && (await tlsMaterial({secure, server, timeout: this.#dialTimeout, signal}));
		} catch (error) {
			if (this.#listener) listener.dialFailed(error as DialError);
			return 'unusable';
		}
	}

	/** Before the first session somebody waits to hear what is wrong with the configuration; later only patience helps. */
	#explained(error: Error, server: Server, {signal}: AbortController): Promise<Error> | Error {
		const isFirst = this.#credentials.sessionId === 0n;
		return isFirst && !this.#options.secure ? this.#plainRefusals.explain(error, server, signal) : error;
	}

	/** Resolves with whether a session is open; `false` after an expiry, when the next dial may follow at once. */
	async #shakeHands(
		connection: Connection,
		server: Server,
		listener: DriverListener,
		waiting: AbortController,
	): Promise<boolean> {
		const asked = this.#credentials;
		const response = await connection.handshake(
			{
				lastZxid: this.#lastZxid,
				timeout: this.#options.sessionTimeout,
				canBeReadOnly: this.#options.canBeReadOnly ?? false,
				...this.#identity(asked),
			},
			this.#dialTimeout,
		);
		if (this.#state.status === 'closed' || this.#credentials !== asked)
			throw new Error('the session was given up while it was being resumed');
		const expired = response.timeout <= 0 || response.sessionId === 0n;
		// A server that hands out another session than the one asked for (ClickHouse Keeper does) has lost ours all the same.
		if (expired || (asked.sessionId !== 0n && response.sessionId !== asked.sessionId)) {
			if (asked.sessionId === 0n) throw new Error('the server refused to open a session');
			this.renew();
			listener.expired();
			return false;
		}
		this.#credentials = {sessionId: response.sessionId, password: response.password, timeout: response.timeout};
		const {readOnly, sentAt} = response;
		const temporary = readOnly && asked.sessionId === 0n;
		this.#state = {status: 'connected', connection, server, waiting, temporary};
		if (readOnly) void this.#leaveForWritable(connection);
		connection.keepAlive(response.timeout);
		const handshake: Handshake = {server: server.name, ...this.#credentials, readOnly, sentAt};
		listener.connected(handshake);
		return true;
	}

	async #leaveForWritable(connection: Connection): Promise<void> {
		const search = new AbortController();
		void connection.ended.then(() => search.abort());
		const {secure} = this.#options;
		const server = await writableServer({ensemble: this.#ensemble, secure, signal: search.signal});
		if (!server) return;
		this.#ensemble.prefer(server);
		connection.end(new Error(`${server.name} takes writes, this server does not`));
	}

	get #dialTimeout(): number {
		return dialTimeout(this.#credentials.timeout, this.#ensemble.size);
	}

	#isCurrent(connection: Connection): boolean {
		return this.#state.status === 'connected' && this.#state.connection === connection;
	}

	#identity({sessionId, password}: Credentials): Pick<Credentials, 'sessionId' | 'password'> {
		return {sessionId, password};
	}

	#none(): Credentials {
		return {sessionId: 0n, password: noPassword, timeout: this.#options.sessionTimeout};
	}
}
