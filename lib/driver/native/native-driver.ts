import {setTimeout as sleep} from 'node:timers/promises';
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
import {DialError} from '../../errors/dial-error.ts';
import type {WatchedEvent} from '../../znode.ts';
import {type Addon, loadAddon} from './addon.ts';
import {type HandleEnd, NativeHandle} from './native-handle.ts';
import {isNative, operations} from './operations.ts';
import {requestLength} from './request-length.ts';

type Server = {readonly host: string; readonly port: number};

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
};

type State =
	| {readonly status: 'idle'}
	/** Without a session; `timer` ends the attempt, or the pause before the next. */
	| {readonly status: 'dialling'; readonly handle: NativeHandle | undefined; readonly timer: NodeJS.Timeout}
	| {readonly status: 'connected'; readonly handle: NativeHandle; heartbeat: NodeJS.Timeout}
	/** The C client dials for the session that it has. */
	| {readonly status: 'resuming'; readonly handle: NativeHandle}
	| {readonly status: 'closed'};

const minDialTimeout = 500;
const maxDialTimeout = 3000;
const pause = 500;
const authFailed = -115;

/**
 * The driver on npm `zookeeper`, an addon around ZooKeeper's C client. What the C client does by itself is left to it: choosing servers, resuming the session, restoring
 * watches and credentials. What it cannot is in `capabilities`.
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
		persistentWatches: false,
		removeWatches: false,
		restoresWatches: true,
		ephemerals: false,
		descendantCount: false,
		whoAmI: false,
		reconfig: false,
		sasl: false,
		tls: false,
		replyLimit: false,
	};
	readonly #addon: Addon;
	readonly #options: NativeDriverOptions;
	#connectString: string;
	/** The session to go on with, until that is known to be ours or over. */
	#inherited: NativeDriverOptions['session'];
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
		this.#inherited = options.session;
		this.#connectString = toConnectString(options.servers);
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
		const perform = operations[operation] as (handle: NativeHandle, request: RequestOf<Name>) => Promise<ReplyOf<Name>>;
		return perform(this.#state.handle, request);
	}

	renew(): void {
		const handle = this.#leave();
		if (this.#state.status === 'idle' || this.#state.status === 'closed') return;
		void handle?.abandon(new Error('the session was given up'));
		this.#inherited = undefined;
		this.#dial();
	}

	setServers(connectString: string): void {
		const {servers, chroot} = this.#options.parse(connectString);
		if (chroot !== '')
			throw new InvalidArgumentError('connectString', connectString, 'hosts only; the chroot stays what it is');
		this.#connectString = toConnectString(servers);
		if ('handle' in this.#state) this.#state.handle?.setServers(this.#connectString);
	}

	async close(timeout: number): Promise<void> {
		this.#listener = undefined;
		const state = this.#state;
		const handle = this.#leave();
		this.#state = {status: 'closed'};
		if (!handle) return;
		// The addon would cut off what is under way.
		if (state.status === 'connected') {
			const patience = new AbortController();
			const late = sleep(timeout, undefined, {signal: patience.signal}).catch(() => undefined);
			await Promise.race([handle.idle(), late]);
			patience.abort();
		}
		await handle.abandon(new Error('the client was closed'));
	}

	/** Stops the timer of the state that is left. */
	#leave(): NativeHandle | undefined {
		const state = this.#state;
		if (state.status === 'dialling') clearTimeout(state.timer);
		if (state.status === 'connected') clearTimeout(state.heartbeat);
		return 'handle' in state ? state.handle : undefined;
	}

	/** Opens a handle for a new session, and another one if that leads to nothing: the addon may stop dialling after an error (its issues 80 and 127). */
	#dial(): void {
		const {sessionTimeout, maxRequestLength} = this.#options;
		const asked = {
			connect: this.#connectString,
			timeout: sessionTimeout,
			maxRequestLength,
			session: this.#inherited,
		};
		const handle: NativeHandle = new NativeHandle(this.#addon, asked, {
			connected: () => this.#ifCurrent(handle, () => this.#connected(handle)),
			disconnected: cause => this.#ifCurrent(handle, () => this.#disconnected(handle, cause)),
			ended: why => this.#ifCurrent(handle, () => this.#ended(handle, why)),
			event: (event: WatchedEvent) => this.#ifCurrent(handle, listener => listener.event(event)),
			answered: sentAt => this.#ifCurrent(handle, listener => listener.answered(sentAt)),
		});
		const patience = Math.max(minDialTimeout, Math.min(maxDialTimeout, sessionTimeout / 2));
		const timer = setTimeout(
			() => {
				const problem = !handle.isResolved ? 'HOST_UNKNOWN' : handle.isAssociating ? 'NO_ANSWER' : 'CONNECTION_FAILED';
				const reason = handle.isResolved
					? `no session within ${patience} ms; the C client does not say why, the wire driver does`
					: 'no host name could be resolved';
				void handle.abandon(new Error(reason));
				this.#dial();
				this.#listener?.dialFailed(new DialError(problem, this.#connectString, reason));
			},
			handle.isResolved ? patience : pause,
		);
		this.#state = {status: 'dialling', handle, timer};
	}

	#connected(handle: NativeHandle): void {
		this.#leave();
		this.#inherited = undefined;
		const {sessionId, password, timeout, dialledAt} = handle;
		const heartbeat = setTimeout(() => this.#beat(handle), timeout / 3);
		this.#state = {status: 'connected', handle, heartbeat};
		this.#listener?.connected({
			server: this.#connectString,
			sessionId,
			password,
			timeout,
			readOnly: false,
			sentAt: dialledAt,
		});
		// `dialledAt` may be long ago: an answer says better when the session lived.
		this.#ifCurrent(handle, () => this.#probe(handle));
	}

	#disconnected(handle: NativeHandle, cause: Error): void {
		this.#leave();
		this.#state = {status: 'resuming', handle};
		this.#listener?.disconnected(cause);
	}

	#ended(handle: NativeHandle, why: HandleEnd): void {
		this.#inherited = undefined;
		if (why === 'auth-failed') this.#owesRefusal = !handle.refusedCredential;
		this.#leave();
		this.#state = {
			status: 'dialling',
			handle: undefined,
			timer: setTimeout(() => this.#dial(), why === 'expired' ? 0 : pause),
		};
		this.#listener?.expired();
	}

	/** The C client tells nobody of its pings: something else has to be answered. */
	#beat(handle: NativeHandle): void {
		if (this.#state.status !== 'connected' || this.#state.handle !== handle) return;
		const interval = handle.timeout / 3;
		const due = handle.sentAt + interval - performance.now();
		if (due <= 0) this.#probe(handle);
		this.#state.heartbeat = setTimeout(() => this.#beat(handle), due > 0 ? Math.max(1, due) : interval);
	}

	#probe(handle: NativeHandle): void {
		if (this.#state.status !== 'connected') return;
		void operations.exists(handle, {path: '/', watch: false}).catch(() => undefined);
	}

	#ifCurrent(handle: NativeHandle, then: (listener: DriverListener) => void): void {
		const {status} = this.#state;
		if (status === 'idle' || status === 'closed' || this.#state.handle !== handle || !this.#listener) return;
		then(this.#listener);
	}
}

/** The C client takes what is after the last colon for the port, and knows no brackets. */
function toConnectString(servers: readonly Server[]): string {
	return servers.map(({host, port}) => `${host}:${port}`).join(',');
}
