import {isIP} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {Addresses, type Resolve} from '../addresses.ts';
import {
	type Capabilities,
	DisconnectedError,
	type Driver,
	type DriverListener,
	OversizedError,
	RefusedError,
} from '../driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../operation.ts';
import {missing, unsupported} from '../unsupported.ts';
import {InvalidArgumentError} from '../../errors/argument-error.ts';
import {DialError, type DialProblem} from '../../errors/dial-error.ts';
import type {WatchedEvent} from '../../znode.ts';
import {type Addon, loadAddon} from './addon.ts';
import {type HandleEnd, NativeHandle, type Opened} from './native-handle.ts';
import {isNative, operations} from './operations.ts';
import {requestLength} from './request-length.ts';
import {WatchedZxids} from './watched-zxids.ts';

type Server = {readonly host: string; readonly port: number; readonly name: string};
/** With its host's turns. */
type Target = Server & {readonly addresses: Addresses};

export type NativeDriverOptions = {
	readonly servers: readonly Server[];
	/** @throws InvalidArgumentError */
	readonly parse: (connectString: string) => {readonly servers: readonly Server[]; readonly chroot: string};
	/** A session to go on with, of another client that has left it. */
	readonly session?: {readonly id: bigint; readonly password: Uint8Array} | undefined;
	/** Asked of the server, which clamps it; milliseconds. */
	readonly sessionTimeout: number;
	/** Bytes. */
	readonly maxRequestLength: number;
	/** Finds the addresses of host names. @default `dns.lookup` */
	readonly resolve?: Resolve | undefined;
};

type State =
	| {readonly status: 'idle'}
	/** `timer` ends the attempt, or the pause before the next; `handle` is there once the host's name is resolved. */
	| {readonly status: 'dialling'; handle?: NativeHandle; readonly timer: NodeJS.Timeout}
	| {readonly status: 'connected'; readonly server: Server; readonly handle: NativeHandle; heartbeat: NodeJS.Timeout}
	| {readonly status: 'closed'};

const minDialTimeout = 500;
const maxDialTimeout = 3000;
const minPause = 50;
const maxPause = 1000;
const authFailed = -115;

/**
 * The driver on npm `zookeeper`, an addon around ZooKeeper's C client. What it cannot is in `capabilities`. It dials by itself, with a new handle for each connection:
 * {@link NativeHandle} says why the C client must not.
 */
export class NativeDriver implements Driver {
	readonly capabilities: Capabilities = {
		multi: false,
		multiRead: false,
		aclAtCreate: false,
		// The addon frees a list that a failed call does not have: a missing znode would end the process.
		getAcl: false,
		statInReply: false,
		nullData: false,
		longTtl: false,
		binaryCredentials: false,
		persistentWatches: false,
		removeWatches: false,
		ephemerals: false,
		descendantCount: false,
		whoAmI: false,
		reconfig: false,
		sasl: false,
		tls: false,
		readOnlyMode: false,
		replyLimit: false,
	};
	readonly #addon: Addon;
	readonly #options: NativeDriverOptions;
	readonly #watched = new WatchedZxids();
	#servers: readonly Target[];
	/** Begins anywhere, so that the clients of one fleet spread over the servers. */
	#turn = Math.floor(Math.random() * 1000);
	/** Dials in vain since the last connection. */
	#failures = 0;
	/** To go on with. */
	#session: NativeDriverOptions['session'];
	#listener: DriverListener | undefined;
	#state: State = {status: 'idle'};
	/** The C client was refused a credential, and the call that gave it had been told otherwise. */
	#owesRefusal = false;

	/** @throws DriverUnavailableError */
	static async load(options: NativeDriverOptions): Promise<NativeDriver> {
		return new NativeDriver(await loadAddon(), options);
	}

	constructor(addon: Addon, options: NativeDriverOptions) {
		this.#addon = addon;
		this.#options = options;
		this.#session = options.session;
		this.#servers = this.#targets(options.servers);
	}

	start(listener: DriverListener): void {
		this.#listener = listener;
		this.#dial();
	}

	async call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
		const refusal = unsupported(this.capabilities, operation, request);
		if (refusal) throw refusal;
		if (!isNative(operation)) throw missing(`\`${operation}\``);
		if (this.#state.status !== 'connected') throw new DisconnectedError(false);
		const size = requestLength(operation, request);
		const {maxRequestLength} = this.#options;
		if (size > maxRequestLength) throw new OversizedError(size, maxRequestLength);
		if (operation === 'auth' && this.#owesRefusal) {
			this.#owesRefusal = false;
			throw new RefusedError(authFailed);
		}
		const perform = operations[operation] as (
			handle: NativeHandle,
			request: RequestOf<Name>,
			watched: WatchedZxids,
		) => Promise<ReplyOf<Name>>;
		return perform(this.#state.handle, request, this.#watched);
	}

	renew(): void {
		this.#forget();
		const handle = this.#leave();
		if (this.#state.status === 'idle' || this.#state.status === 'closed') return;
		this.#dial();
		handle?.abandon(new Error('the session was given up'));
	}

	setServers(connectString: string, stay = false): void {
		const {servers, chroot} = this.#options.parse(connectString);
		if (chroot !== '')
			throw new InvalidArgumentError('connectString', connectString, 'hosts only; the chroot stays what it is');
		this.#servers = this.#targets(servers);
		if (stay || this.#state.status !== 'connected') return;
		const {server: current, handle} = this.#state;
		if (!servers.some(({host, port}) => host === current.host && port === current.port)) handle.hangUp();
	}

	async close(timeout: number): Promise<void> {
		this.#listener = undefined;
		const state = this.#state;
		const handle = this.#leave();
		this.#state = {status: 'closed'};
		if (!handle) return;
		const cause = new Error('the client was closed');
		// The addon would cut off what is under way, and block the event loop over a server that does not answer.
		const answers = state.status === 'connected' && timeout > 0 && (await this.#settles(handle, timeout));
		if (answers) await handle.close(cause);
		else handle.abandon(cause);
	}

	async #settles(handle: NativeHandle, timeout: number): Promise<boolean> {
		void this.#probe(handle);
		const patience = new AbortController();
		const late = sleep(timeout, false, {signal: patience.signal}).catch(() => false);
		const settled = await Promise.race([handle.idle().then(() => true), late]);
		patience.abort();
		return settled;
	}

	/** Stops the timer of the state that is left. */
	#leave(): NativeHandle | undefined {
		const state = this.#state;
		if (state.status === 'dialling') clearTimeout(state.timer);
		if (state.status === 'connected') clearTimeout(state.heartbeat);
		return 'handle' in state ? state.handle : undefined;
	}

	/** Of the session that is over. */
	#forget(): void {
		this.#session = undefined;
		this.#watched.clear();
	}

	#targets(servers: readonly Server[]): readonly Target[] {
		return servers.map(server => ({...server, addresses: new Addresses(this.#options.resolve)}));
	}

	#dial(): void {
		const {sessionTimeout} = this.#options;
		const server = this.#servers[this.#turn++ % this.#servers.length] as Target;
		const patience = Math.max(minDialTimeout, Math.min(maxDialTimeout, sessionTimeout / 2));
		const state: State & {status: 'dialling'} = {
			status: 'dialling',
			timer: setTimeout(() => {
				const problem = state.handle?.isAssociating ? 'NO_ANSWER' : 'CONNECTION_FAILED';
				this.#failed(server, problem, `no session within ${patience} ms`);
			}, patience),
		};
		this.#state = state;
		void this.#open(server, state);
	}

	async #open(server: Target, state: State & {status: 'dialling'}): Promise<void> {
		let address: string;
		try {
			// The C client would resolve the name in this thread, again and again.
			address = isIP(server.host) ? server.host : await server.addresses.next(server.host);
		} catch (error) {
			if (this.#state === state) this.#failed(server, 'HOST_UNKNOWN', 'the host name could not be resolved', error);
			return;
		}
		if (this.#state !== state) return;
		const asked = {
			// It takes what stands behind the last colon for the port, and no brackets.
			server: `${address}:${server.port}`,
			timeout: this.#options.sessionTimeout,
			session: this.#session,
		};
		const handle: NativeHandle = new NativeHandle(this.#addon, asked, {
			connected: opened => this.#ifCurrent(handle, () => this.#connected(server, handle, opened)),
			ended: (why, cause) => this.#ifCurrent(handle, () => this.#ended(server, handle, why, cause)),
			event: (event: WatchedEvent) =>
				this.#ifCurrent(handle, listener => {
					this.#watched.fired(event);
					listener.event(event);
				}),
			answered: sentAt => this.#ifCurrent(handle, listener => listener.answered(sentAt)),
		});
		state.handle = handle;
	}

	#failed(server: Server, problem: DialProblem, reason: string, cause?: unknown): void {
		this.#leave()?.abandon(new Error(reason));
		this.#failures++;
		const rounds = Math.floor(this.#failures / this.#servers.length);
		const isRound = this.#failures % this.#servers.length === 0;
		const pause = isRound ? Math.min(maxPause, minPause * 2 ** Math.min(10, rounds)) * (0.5 + Math.random() / 2) : 0;
		this.#state = {status: 'dialling', timer: setTimeout(() => this.#dial(), pause)};
		this.#listener?.dialFailed(new DialError(problem, server.name, reason, {cause}));
	}

	#connected(server: Server, handle: NativeHandle, {sessionId, password, timeout}: Opened): void {
		this.#leave();
		this.#failures = 0;
		this.#session = {id: sessionId, password};
		const heartbeat = setTimeout(() => this.#beat(handle, timeout / 3), timeout / 3);
		this.#state = {status: 'connected', server, handle, heartbeat};
		this.#listener?.connected({
			server: server.name,
			sessionId,
			password,
			timeout,
			readOnly: false,
			sentAt: handle.dialledAt,
		});
	}

	#ended(server: Server, handle: NativeHandle, why: HandleEnd, cause: Error): void {
		const {status} = this.#state;
		if (why === 'lost' && status === 'dialling')
			return this.#failed(
				server,
				'CONNECTION_FAILED',
				'no session; the C client does not say why, the wire driver does',
			);
		this.#leave();
		if (why !== 'lost') this.#forget();
		if (why === 'auth-failed') this.#owesRefusal = !handle.refusedCredential;
		const pause = why === 'auth-failed' ? maxPause : 0;
		const state: State = {status: 'dialling', timer: setTimeout(() => this.#dial(), pause)};
		this.#state = state;
		if (status === 'connected') this.#listener?.disconnected(cause);
		if (why !== 'lost' && this.#state === state) this.#listener?.expired();
	}

	/** The C client tells nobody of its pings: something else has to be answered. */
	#beat(handle: NativeHandle, interval: number): void {
		if (this.#state.status !== 'connected' || this.#state.handle !== handle) return;
		const due = handle.sentAt + interval - performance.now();
		if (due <= 0) void this.#probe(handle);
		this.#state.heartbeat = setTimeout(() => this.#beat(handle, interval), due > 0 ? Math.max(1, due) : interval);
	}

	async #probe(handle: NativeHandle): Promise<void> {
		await operations.exists(handle, {path: '/', watch: false}, this.#watched).catch(() => undefined);
	}

	#ifCurrent(handle: NativeHandle, then: (listener: DriverListener) => void): void {
		const {status} = this.#state;
		if (status === 'idle' || status === 'closed' || this.#state.handle !== handle || !this.#listener) return;
		then(this.#listener);
	}
}
