import {DisconnectedError, RefusedError} from '../driver.ts';
import type {WatchKind} from '../operation.ts';
import {missing} from '../unsupported.ts';
import type {WatchedEvent} from '../../znode.ts';
import {deferred} from '../../util/deferred.ts';
import type {Addon, Callback, NativeClient} from './addon.ts';
import {lengthOf, WatchedPaths} from './watched-paths.ts';

/** Why the addon ended a handle: ZooKeeper's names. */
export type HandleEnd = 'expired' | 'auth-failed';

export type HandleListener = {
	connected(): void;
	/** What is under way is about to be rejected. The C client dials again by itself, with its watches and credentials. */
	disconnected(cause: Error): void;
	/** Nothing comes any more. */
	ended(why: HandleEnd): void;
	event(event: WatchedEvent): void;
	answered(sentAt: number): void;
};

type Asked = {
	readonly connect: string;
	readonly timeout: number;
	/** Bytes. */
	readonly maxRequestLength: number;
	readonly session: {readonly id: bigint; readonly password: Uint8Array} | undefined;
};
type NativeRead = {
	readonly kind: WatchKind;
	readonly path: string;
	readonly watch: boolean;
	/** Whether the watch is left also on a znode that is not there. */
	readonly absentToo: boolean;
};
type Call = {readonly settled: Promise<unknown>; reject(error: Error): void};

const badArguments = -8;
const noNode = -101;
/** The request's number and type, the zxid, and how many paths each of the three lists has. */
const restoreOverhead = 4 + 4 + 8 + 3 * 4;
const authFailed = -115;
const authFailedState = -113;
const connectedState = 3;
/** The C client's own words for a connection that ended: SYSTEMERROR, the two INCONSISTENCYs, CONNECTIONLOSS, OPERATIONTIMEOUT, INVALIDSTATE, SESSIONEXPIRED, CLOSING. No server sends them. */
const connectionCodes: ReadonlySet<number> = new Set([-1, -2, -3, -4, -7, -9, -112, -116]);
const eventTypes = {created: 'created', deleted: 'deleted', changed: 'changed', child: 'children'} as const;

/**
 * The addon takes a reply that arrives in more pieces than this for an expired session, by default 10: a reply of a megabyte would cost the session. The largest
 * number that it can hold.
 */
const noLimit = 2 ** 31 - 1;

/** One of the addon's clients: at most one session, over many connections. Everything it calls late is dropped by identity. */
export class NativeHandle {
	readonly #client: NativeClient;
	readonly #calls = new Set<Call>();
	readonly #credentials = new Set<string>();
	readonly #watched = new WatchedPaths();
	readonly #maxRequestLength: number;
	#listener: HandleListener | undefined;
	#isConnected = false;
	#hasEnded = false;
	#dialledAt = performance.now();
	#sentAt = 0;
	#refusedCredential = false;

	constructor(addon: Addon, {connect, timeout, session, maxRequestLength}: Asked, listener: HandleListener) {
		this.#listener = listener;
		this.#maxRequestLength = maxRequestLength;
		this.#client = new addon({
			connect,
			timeout,
			debug_level: 0,
			host_order_deterministic: false,
			response_counter_limit: noLimit,
			...(session && {
				client_id: BigInt.asUintN(64, session.id).toString(16),
				client_password: Buffer.from(session.password).toString('hex').toUpperCase(),
			}),
		});
		this.#on('connect', () => this.#connected());
		this.#on('connecting', () => this.#disconnected());
		this.#on('close', code => this.#ended(code === authFailedState ? 'auth-failed' : 'expired'));
		for (const [name, type] of Object.entries(eventTypes)) {
			this.#on(name, detail => {
				const event = {type, path: detail as string};
				this.#watched.fired(event);
				this.#listener?.event(event);
			});
		}
		this.#client.init({});
		if (!this.isResolved) this.#hasEnded = true;
	}

	/** Whether a host name could be resolved; otherwise this handle never does anything. */
	get isResolved(): boolean {
		return this.#client.timeout !== -1;
	}

	/** Whether a server took the connection and has not answered. */
	get isAssociating(): boolean {
		return this.#client.state === 2;
	}

	get sessionId(): bigint {
		return toInt64(this.#client.client_id);
	}

	get password(): Buffer {
		return Buffer.from(this.#client.client_password, 'hex');
	}

	get timeout(): number {
		return this.#client.timeout;
	}

	/** A lower bound of when the session was asked for, or asked for again: the addon does not tell its dials. */
	get dialledAt(): number {
		return this.#dialledAt;
	}

	/** Of the last call. */
	get sentAt(): number {
		return this.#sentAt;
	}

	/** Resolves when nothing is under way any more, also not what follows from it. */
	async idle(): Promise<void> {
		while (this.#calls.size > 0) await Promise.allSettled([...this.#calls].map(({settled}) => settled));
	}

	/** Whether a call was told of a refused credential. */
	get refusedCredential(): boolean {
		return this.#refusedCredential;
	}

	request<Values extends readonly unknown[]>(
		send: (client: NativeClient, callback: Callback<Values>) => number,
	): Promise<Values> {
		// Already true between the loss of a connection and its announcement; the C client would keep the call for the next connection.
		if (this.#client.state !== connectedState) return Promise.reject(new DisconnectedError(false));
		const {promise, resolve, reject} = deferred<Values>();
		const sentAt = performance.now();
		this.#sentAt = sentAt;
		const call: Call = {settled: promise, reject};
		this.#calls.add(call);
		const answered = (resultCode: number, values: Values): void => {
			if (!this.#calls.has(call)) return;
			if (connectionCodes.has(resultCode)) return this.#disconnected();
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
		return promise;
	}

	/**
	 * A read that may leave a watch, which the C client will restore. It puts all of a session's in one request: were that too long, each new connection would be closed over
	 * it, for ever.
	 *
	 * @throws UnsupportedError when no further path can be watched
	 */
	async read<Values extends readonly unknown[]>(
		{kind, path, watch, absentToo}: NativeRead,
		send: (client: NativeClient, callback: Callback<Values>) => number,
	): Promise<Values> {
		const isNew = watch && !this.#watched.has(kind, path);
		if (!isNew) return this.request(send);
		if (this.#watched.length + lengthOf(path) > this.#maxRequestLength - restoreOverhead)
			throw missing(`room for more than ${this.#maxRequestLength} bytes of watched paths`);
		this.#watched.add(kind, path);
		try {
			return await this.request(send);
		} catch (error) {
			const isLeft = absentToo && error instanceof RefusedError && error.resultCode === noNode;
			if (!isLeft) this.#watched.delete(kind, path);
			throw error;
		}
	}

	/** Once for each credential: the C client keeps them, repeats them on each connection, and would keep a repeated one as another. */
	async authenticate(scheme: string, auth: string): Promise<void> {
		const credential = JSON.stringify([scheme, auth]);
		if (this.#credentials.has(credential)) return;
		this.#credentials.add(credential);
		try {
			await this.request<[]>((client, callback) => client.add_auth(scheme, auth, callback));
		} catch (error) {
			if (error instanceof DisconnectedError && !error.sent) this.#credentials.delete(credential);
			throw error;
		}
	}

	setServers(connect: string): void {
		if (!this.#hasEnded) this.#client.set_servers(connect);
	}

	/** Nothing is told from here on. Resolves when the addon has let go, with a word to the server if it is connected: that blocks the event loop until the server has heard it. */
	async abandon(cause: Error): Promise<void> {
		this.#listener = undefined;
		this.#isConnected = false;
		this.#rejectAll(cause);
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		// In a turn of its own: it may block, and the calls rejected here shall be heard of first.
		await new Promise<void>(resolve => {
			setImmediate(() => {
				this.#client.close();
				resolve();
			});
		});
	}

	/**
	 * Everything the C client tells is passed on in a turn of its own, and in its order. Inside its calls it may just have closed a socket that libuv still polls: whoever opened
	 * another then would be given the same descriptor, and libuv would abort the process.
	 */
	#on(event: string, listener: (detail: unknown) => void): void {
		this.#client.on(event, (_, detail) => void setImmediate(listener, detail));
	}

	#connected(): void {
		this.#isConnected = true;
		this.#listener?.connected();
	}

	#disconnected(): void {
		const cause = new Error('the C client lost its connection');
		if (this.#isConnected) {
			this.#isConnected = false;
			this.#dialledAt = performance.now();
			this.#listener?.disconnected(cause);
		}
		this.#rejectAll(cause);
	}

	#ended(why: HandleEnd): void {
		this.#hasEnded = true;
		this.#disconnected();
		this.#listener?.ended(why);
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
