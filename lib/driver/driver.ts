import type {WatchedEvent} from '../znode.ts';
import type {OperationName, ReplyOf, RequestOf} from './operation.ts';

/** What a driver can do beyond the common operations. Code asks these, never which driver it is. */
export type Capabilities = {
	readonly multi: boolean;
	readonly multiRead: boolean;
	/** Whether `create` takes an ACL; without, every znode is open to the world until `setAcl`. */
	readonly aclAtCreate: boolean;
	readonly getAcl: boolean;
	/** Whether `create` and `setAcl` are answered with the stat; without, it comes from a read behind them, which may see a later one. */
	readonly statInReply: boolean;
	/** Whether data can be written as `null`, which is not the same as empty. */
	readonly nullData: boolean;
	/** Whether a znode's TTL may be more than 2^31 − 1 ms. */
	readonly longTtl: boolean;
	/** Whether a credential may be other bytes than those of a text. */
	readonly binaryCredentials: boolean;
	readonly persistentWatches: boolean;
	/** Whether a watch can be taken back; without, it stays on the server until it fires or the session ends. */
	readonly removeWatches: boolean;
	readonly ephemerals: boolean;
	readonly descendantCount: boolean;
	readonly whoAmI: boolean;
	readonly reconfig: boolean;
	readonly sasl: boolean;
	readonly tls: boolean;
	/** Whether a server that takes no writes will do, if that is asked for. */
	readonly readOnlyMode: boolean;
	/** Whether a reply that is too long costs the connection instead of the process's memory. */
	readonly replyLimit: boolean;
};

/** A session is open on the connection that was just made. Paths on this side of the seam are the server's. */
export type Handshake = {
	/** As it stands in the connect string. */
	readonly server: string;
	readonly sessionId: bigint;
	readonly password: Buffer;
	/** Negotiated, milliseconds. */
	readonly timeout: number;
	readonly readOnly: boolean;
	/** When the request that was answered had been sent, on the clock of `performance.now()`. */
	readonly sentAt: number;
};

/** Called in the order of the server's messages. Must not throw. */
export type DriverListener = {
	/** Nothing is sent on the connection before this returns, so what it calls comes first on the wire. */
	connected(handshake: Handshake): void;
	/** All calls under way are about to be rejected with `DisconnectedError`; the driver dials again by itself. */
	disconnected(cause: Error): void;
	/** The server said that the session is over; the driver goes on to open a new one. */
	expired(): void;
	/** A request that had been sent at `sentAt` was answered: the session lived then. */
	answered(sentAt: number): void;
	event(event: WatchedEvent): void;
	/** A dial failed; only to be able to say why nothing is connected. */
	dialFailed(cause: Error): void;
};

/** The server refused a request, with ZooKeeper's result code. */
export class RefusedError extends Error {
	readonly resultCode: number;

	constructor(resultCode: number) {
		super(`refused with ${resultCode}`);
		this.resultCode = resultCode;
	}
}

/** The connection ended before the reply; `sent` is false only if the request certainly never left. */
export class DisconnectedError extends Error {
	readonly sent: boolean;

	constructor(sent: boolean, cause?: unknown) {
		super('disconnected', {cause});
		this.sent = sent;
	}
}

/** The request was not sent, because a server would close the connection over it. Both in bytes. */
export class OversizedError extends Error {
	readonly size: number;
	readonly limit: number;

	constructor(size: number, limit: number) {
		super(`a request of ${size} bytes, more than ${limit}`);
		this.size = size;
		this.limit = limit;
	}
}

/** THE SEAM. One session at a time; everything above it (state, clock, retries, watches, leases) is the same for every driver. */
export interface Driver {
	readonly capabilities: Capabilities;
	/** Begins to dial. Called once. */
	start(listener: DriverListener): void;
	/** Sends at once, in the order of the calls. @throws RefusedError, DisconnectedError, OversizedError as rejections */
	call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>>;
	/** Gives the session up, without a word to the server, and dials for a new one. */
	renew(): void;
	/**
	 * Other servers of the same ensemble from now on; the session goes on, on another connection if that is needed.
	 *
	 * @param connectString without a chroot
	 * @param stay whether a connection that works is kept, wherever it goes; only a wish
	 * @throws InvalidArgumentError
	 */
	setServers(connectString: string, stay?: boolean): void;
	/** Ends the session on the server if it is connected, waiting at most `timeout` ms; nothing is called on the listener afterwards. */
	close(timeout: number): Promise<void>;
}
