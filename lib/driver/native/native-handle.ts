import {DisconnectedError, RefusedError} from '../driver.ts';
import type {WatchedEvent} from '../../znode.ts';
import {deferred} from '../../util/deferred.ts';
import type {Addon, Callback, NativeClient} from './addon.ts';

/** `expired` and `auth-failed` are the server's words; `lost` is a connection that ended, or never came about. */
export type HandleEnd = 'lost' | 'expired' | 'auth-failed';

export type Opened = {
	readonly sessionId: bigint;
	readonly password: Buffer;
	/** Negotiated, ms. */
	readonly timeout: number;
};

export type HandleListener = {
	connected(opened: Opened): void;
	/** What is under way is about to be rejected. Nothing comes any more. */
	ended(why: HandleEnd, cause: Error): void;
	event(event: WatchedEvent): void;
	answered(sentAt: number): void;
};

type Asked = {
	/** One address and port. */
	readonly server: string;
	readonly timeout: number;
	readonly session: {readonly id: bigint; readonly password: Uint8Array} | undefined;
};
type Call = {readonly settled: Promise<unknown>; reject(error: Error): void};

const badArguments = -8;
const authFailed = -115;
const authFailedState = -113;
const expiredState = -112;
const unconnectedState = 0;
const associatingState = 2;
const connectedState = 3;
/** The C client's own words for a connection that ended: SYSTEMERROR, the two INCONSISTENCYs, CONNECTIONLOSS, OPERATIONTIMEOUT, INVALIDSTATE, SESSIONEXPIRED, CLOSING. No server sends them. */
const connectionCodes: ReadonlySet<number> = new Set([-1, -2, -3, -4, -7, -9, -112, -116]);
const eventTypes = {created: 'created', deleted: 'deleted', changed: 'changed', child: 'children'} as const;
/** Two, so that one of them is certainly not the server's host: the C client compares no ports. Nobody is dialled there. */
const elsewhere = ['127.0.0.1:1', '127.0.0.2:1'] as const;

/**
 * The addon takes a reply that arrives in more pieces than this for an expired session, by default 10: a reply of a megabyte would cost the session. The largest
 * number that it can hold.
 */
const noLimit = 2 ** 31 - 1;

/**
 * One of the addon's clients, for one connection.
 *
 * The C client would dial again by itself. But when it closes a socket because the server was mute for too long, the addon goes on to hold a libuv handle for that
 * descriptor until the next dial, takes the descriptor out of epoll then, and by that time it may be another socket's of this process: that one is told of nothing any more, and
 * the next change of what it waits for aborts the process (`uv__epoll_ctl_prep`). So the addon's client is closed, which lets go of the handle, in the very callback that tells
 * of a closed socket, or right behind the call whose write has failed, of which nothing tells: before anything else can be given the descriptor.
 */
export class NativeHandle {
	readonly #client: NativeClient;
	readonly #server: string;
	readonly #calls = new Set<Call>();
	readonly #dialledAt = performance.now();
	#listener: HandleListener | undefined;
	#sentAt = 0;
	#refusedCredential = false;

	constructor(addon: Addon, {server, timeout, session}: Asked, listener: HandleListener) {
		this.#server = server;
		this.#listener = listener;
		this.#client = new addon({
			connect: server,
			timeout,
			debug_level: 0,
			host_order_deterministic: false,
			response_counter_limit: noLimit,
			...(session && {
				client_id: BigInt.asUintN(64, session.id).toString(16),
				client_password: Buffer.from(session.password).toString('hex').toUpperCase(),
			}),
		});
		const letGo = (): void => void this.#client.close();
		this.#client.on('connecting', letGo);
		this.#client.on('connect', () => {
			const {client_password: password, timeout: negotiated} = this.#client;
			const opened = {sessionId: this.sessionId, password: Buffer.from(password, 'hex'), timeout: negotiated};
			setImmediate(() => this.#listener?.connected(opened));
		});
		this.#on('close', code =>
			this.#ended(code === authFailedState ? 'auth-failed' : code === expiredState ? 'expired' : 'lost'),
		);
		for (const [name, type] of Object.entries(eventTypes))
			this.#on(name, path => this.#listener?.event({type, path: path as string}));
		this.#client.init({});
		// Under way for as long as nothing is connected, for only a call is told that a dial failed; then the first on the connection. It is a `sync`, because the C client
		// does not know what its predecessor has seen: no read behind it is answered from an older state.
		this.#client.a_sync('/', resultCode => {
			if (connectionCodes.has(resultCode)) letGo();
		});
		// Refused before the call was there to be told.
		if (this.#client.state === unconnectedState) letGo();
	}

	/** Whether a server took the connection and has not answered. */
	get isAssociating(): boolean {
		return this.#client.state === associatingState;
	}

	get sessionId(): bigint {
		return toInt64(this.#client.client_id);
	}

	/** A lower bound of when the session was asked for. */
	get dialledAt(): number {
		return this.#dialledAt;
	}

	/** Of the last call. */
	get sentAt(): number {
		return this.#sentAt;
	}

	/** Whether a call was told of a refused credential. */
	get refusedCredential(): boolean {
		return this.#refusedCredential;
	}

	/** Resolves when nothing is under way any more, also not what follows from it. */
	async idle(): Promise<void> {
		while (this.#calls.size > 0) await Promise.allSettled([...this.#calls].map(({settled}) => settled));
	}

	request<Values extends readonly unknown[]>(
		send: (client: NativeClient, callback: Callback<Values>) => number,
	): Promise<Values> {
		// Already true between the loss of a connection and its announcement.
		if (this.#client.state !== connectedState) return Promise.reject(new DisconnectedError(false));
		const {promise, resolve, reject} = deferred<Values>();
		const sentAt = performance.now();
		this.#sentAt = sentAt;
		const call: Call = {settled: promise, reject};
		this.#calls.add(call);
		const answered = (resultCode: number, values: Values): void => {
			// The end of the connection is told by itself, and rejects this call.
			if (!this.#calls.has(call) || connectionCodes.has(resultCode)) return;
			this.#calls.delete(call);
			this.#listener?.answered(sentAt);
			if (resultCode === 0) return resolve(values);
			this.#refusedCredential ||= resultCode === authFailed;
			reject(new RefusedError(resultCode));
		};
		const returned = send(this.#client, (resultCode, _, ...values) => {
			setImmediate(answered, resultCode, values);
		});
		if (returned !== 0) {
			this.#calls.delete(call);
			reject(returned === badArguments ? new RefusedError(returned) : new DisconnectedError(false));
		}
		// Its own write failed: it has closed the socket without a word, and would dial again when the addon's timer next fires.
		if (this.#client.state !== connectedState) this.#client.close();
		return promise;
	}

	/** As if the server had told it. */
	tell(event: WatchedEvent): void {
		this.#listener?.event(event);
	}

	/** Ends the connection without a word to the server, and without waiting: the session lives on there. Told as `lost`. */
	hangUp(): void {
		// The addon's `close` alone would end the session. Given a list without the server that it has, the C client closes the socket on the spot.
		const [one, other] = elsewhere;
		if (this.#client.state === connectedState)
			this.#client.set_servers(this.#server.startsWith('127.0.0.1:') ? other : one);
		this.#client.close();
	}

	/** Like {@link hangUp}, but nothing is told from here on. */
	abandon(cause: Error): void {
		this.#listener = undefined;
		this.hangUp();
		this.#rejectAll(cause);
	}

	/** Ends the session, if it is connected, and blocks the event loop until the server has heard it. Nothing is told from here on. */
	async close(cause: Error): Promise<void> {
		this.#listener = undefined;
		this.#rejectAll(cause);
		// In a turn of its own: the calls rejected here shall be heard of first.
		await new Promise<void>(resolve => {
			setImmediate(() => {
				this.#client.close();
				resolve();
			});
		});
	}

	/**
	 * What the C client tells is passed on in a turn of its own, and in its order. Inside its calls it may just have closed a socket that libuv still polls: whoever opened
	 * another then would be given the same descriptor.
	 */
	#on(event: string, listener: (detail: unknown) => void): void {
		this.#client.on(event, (_, detail) => void setImmediate(listener, detail));
	}

	#ended(why: HandleEnd): void {
		const listener = this.#listener;
		this.#listener = undefined;
		const cause = new Error(why === 'lost' ? 'the C client lost its connection' : `the C client says: ${why}`);
		listener?.ended(why, cause);
		this.#rejectAll(cause);
	}

	#rejectAll(cause: Error): void {
		const calls = [...this.#calls];
		this.#calls.clear();
		for (const call of calls) call.reject(new DisconnectedError(true, cause));
	}
}

export function toInt64(hexadecimal: string): bigint {
	return BigInt.asIntN(64, BigInt(`0x${hexadecimal}`));
}
