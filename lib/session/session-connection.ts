import type {Handshake} from '../driver/driver.ts';
import type {Authentication} from './authentication.ts';
import type {ServerWatches} from './server-watches.ts';

type SessionConnectionOptions = {
	readonly authentication: Authentication;
	readonly serverWatches: ServerWatches;
	/** Calls may go out from here on. */
	readonly onOpen: () => void;
	/** What had to be answered first has been: credentials and watches. */
	readonly onReady: (handshake: Handshake) => void;
};

type State =
	| {readonly status: 'none'}
	/** The SASL exchange is under way: a server may serve nothing before it. */
	| {readonly status: 'negotiating'; readonly handshake: Handshake}
	/** Calls go out behind credentials and watches that are not answered yet. */
	| {readonly status: 'settingUp'; readonly handshake: Handshake; readonly setUp: Promise<void>}
	| {readonly status: 'ready'; readonly handshake: Handshake};

/** The connection that a session has now, and how far it has been made ready: it is open for calls a little before it is ready to be announced. */
export class SessionConnection {
	readonly #options: SessionConnectionOptions;
	#state: State = {status: 'none'};

	constructor(options: SessionConnectionOptions) {
		this.#options = options;
	}

	/** Whether calls may go out now. */
	get isOpen(): boolean {
		return this.#state.status === 'settingUp' || this.#state.status === 'ready';
	}

	get isReadOnly(): boolean {
		return this.#state.status !== 'none' && this.#state.handshake.readOnly;
	}

	/** Pending while it is open and not ready. */
	get setUp(): Promise<void> | undefined {
		return this.#state.status === 'settingUp' ? this.#state.setUp : undefined;
	}

	/** @param resumed whether the session is that of the connection before */
	begin(handshake: Handshake, resumed: boolean): void {
		if (this.#options.authentication.isNegotiated) void this.#negotiate(handshake, resumed);
		else this.#open(handshake, resumed);
	}

	/** It is gone, or of no use any more. */
	end(): void {
		this.#state = {status: 'none'};
	}

	async #negotiate(handshake: Handshake, resumed: boolean): Promise<void> {
		const state: State = {status: 'negotiating', handshake};
		this.#state = state;
		try {
			await this.#options.authentication.negotiate();
		} catch {
			// A refusal has closed the client; any other failure is that of a connection or a session which is over.
			return;
		}
		if (this.#state === state) this.#open(handshake, resumed);
	}

	#open(handshake: Handshake, resumed: boolean): void {
		const {authentication, serverWatches, onOpen, onReady} = this.#options;
		// Before anything else on this connection: requests are authorised by what the server has read by then, and no reply may overtake a missed event (trap T8).
		const asked = [...authentication.present(), ...serverWatches.arm(resumed)];
		const ready: State = {status: 'ready', handshake};
		if (asked.length === 0) {
			this.#state = ready;
			onOpen();
			if (this.#state === ready) onReady(handshake);
			return;
		}
		const setUp = Promise.allSettled(asked).then(() => {
			if (this.#state !== state) return;
			this.#state = ready;
			onReady(handshake);
		});
		const state: State = {status: 'settingUp', handshake, setUp};
		this.#state = state;
		onOpen();
	}
}
