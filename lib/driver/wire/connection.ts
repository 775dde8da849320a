import type {Socket} from 'node:net';
import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {DialError} from '../../errors/dial-error.ts';
import {ProtocolError} from '../../errors/session-error.ts';
import {deferred} from '../../util/deferred.ts';
import {DisconnectedError, type DriverListener, RefusedError} from '../driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../operation.ts';
import {closedBeforeAnswer, dial, dialError, type Dialled} from './dial.ts';
import type {Server} from './ensemble.ts';
import {FrameDecoder} from './jute/frame.ts';
import {opCode, xid as reserved} from './jute/op-code.ts';
import {Reader} from './jute/reader.ts';
import type {Codecs} from './jute/request/codecs.ts';
import type {RequestCodec} from './jute/request/request-codec.ts';
import {type ConnectRequest, type ConnectResponse, decodeConnect, encodeConnect} from './jute/request/connect.ts';
import {decodeEvent} from './jute/request/event.ts';
import type {Writer} from './jute/writer.ts';
import {Inbox} from './inbox.ts';
import {KeepAlive} from './keep-alive.ts';
import {Outbox} from './outbox.ts';

/** A request that was sent, and is to be answered. */
type Pending<Name extends OperationName = OperationName> = {
	readonly xid: number;
	readonly sentAt: number;
	readonly codec: RequestCodec<Name>;
	readonly request: RequestOf<Name>;
	resolve(reply: ReplyOf<Name>): void;
	reject(error: Error): void;
};

export type ConnectionOptions = {
	readonly server: Server;
	/** What `tls.connect` needs; without it the connection is plain. */
	readonly secure?: TlsOptions | undefined;
	readonly codecs: Codecs;
	/** The longest frame that the server accepts, and the longest accepted from it; bytes. */
	readonly maxRequestLength: number;
	readonly maxReplyLength: number;
	readonly listener: Pick<DriverListener, 'answered' | 'event'>;
	/** Told the zxid of each reply that has one. */
	readonly onZxid: (zxid: bigint) => void;
};

/** Why it is over, and whether what has arrived by then is still delivered. */
type Ending = {readonly cause: Error; readonly delivers: boolean};

/** The largest xid is 2^31 - 1; then they begin again at 1. */
const maxXid = 0x7f_ff_ff_ff;

/**
 * One socket to one server: frames, request and reply matched in order, keep-alive. Whatever goes wrong on it ends it, and with it every call under way; nothing
 * is ever thrown out of a socket handler.
 */
export class Connection {
	readonly #options: ConnectionOptions;
	readonly #socket: Socket;
	readonly #ready: Dialled['ready'];
	readonly #decoder: FrameDecoder;
	readonly #outbox: Outbox;
	readonly #inbox: Inbox;
	readonly #ended = deferred<Error>();
	readonly #opened = deferred<ConnectResponse>();
	/** In the order of their requests, which is the order of their replies. */
	readonly #pending: Pending[] = [];
	/** Auth replies overtake the others, so they wait apart. */
	readonly #pendingAuth: Pending[] = [];
	#nextXid = 1;
	#handshaken = false;
	#ending: Ending | undefined;
	#keepAlive: KeepAlive | undefined;

	constructor(options: ConnectionOptions) {
		this.#options = options;
		this.#decoder = new FrameDecoder(options.maxReplyLength);
		this.#outbox = new Outbox(options.maxRequestLength, frames => {
			if (!this.#ending) this.#socket.write(frames);
		});
		this.#inbox = new Inbox({
			isEvent: frame => this.#isEvent(frame),
			deliver: frame => this.#deliver(frame),
			drained: () => this.#ending && this.#finish(this.#ending.cause),
			failed: error => (this.#ending ? this.#finish(this.#ending.cause) : this.end(error as Error)),
		});
		const {server} = options;
		const {socket, ready} = dial(server, options.secure);
		this.#socket = socket;
		this.#ready = ready;
		socket.on('data', chunk => this.#receive(chunk));
		socket.on('error', error => this.end(this.#handshaken ? error : dialError(error, socket, server)));
		socket.on('close', () =>
			this.end(this.#handshaken ? new Error(`${server.name} closed the connection`) : closedBeforeAnswer(server.name)),
		);
	}

	/** Resolves with the cause once the connection is over and all its calls are rejected. */
	get ended(): Promise<Error> {
		return this.#ended.promise;
	}

	/** The first exchange. @param timeout for the TCP connection and the reply together, ms */
	async handshake(request: ConnectRequest, timeout: number): Promise<ConnectResponse & {readonly sentAt: number}> {
		const timer = setTimeout(
			() => this.end(new DialError('NO_ANSWER', this.#options.server.name, `no handshake within ${timeout} ms`)),
			timeout,
		);
		let sentAt = 0;
		this.#socket.once(this.#ready, () => {
			sentAt = performance.now();
			this.#socket.write(encodeConnect(request));
		});
		try {
			return {...(await this.#opened.promise), sentAt};
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			const reason = `what answers is no ZooKeeper that opens sessions (${error.message})`;
			throw new DialError('NOT_ZOOKEEPER', this.#options.server.name, reason, {cause: error});
		} finally {
			clearTimeout(timer);
		}
	}

	/** Pings and listens for silence from now on. @param timeout the negotiated session timeout, ms */
	keepAlive(timeout: number): void {
		if (this.#ending) return;
		this.#keepAlive = new KeepAlive(timeout, {
			ping: now => this.#write(reserved.ping, opCode.ping, now),
			silent: silence => this.end(new Error(`${this.#options.server.name} was silent for ${Math.round(silence)} ms`)),
		});
	}

	call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
		// Not before the end is announced: who tries again at once would otherwise do so for ever, in a turn of the event loop that never ends.
		if (this.#ending) return this.ended.then(cause => Promise.reject(new DisconnectedError(false, cause)));
		const codec: RequestCodec<Name> = this.#options.codecs[operation];
		return new Promise((resolve, reject) => {
			const xid = operation === 'auth' ? reserved.auth : this.#takeXid();
			const sentAt = performance.now();
			const pending: Pending<Name> = {xid, sentAt, codec, request, resolve, reject};
			this.#write(xid, codec.code(request), sentAt, writer => codec.encode(writer, request));
			(operation === 'auth' ? this.#pendingAuth : this.#pending).push(pending);
		});
	}

	/** Idempotent: the first cause wins. Replies that have arrived already are delivered before the calls without one are rejected. */
	end(cause: Error): void {
		this.#end({cause, delivers: true});
	}

	/** Ends it at once: what has arrived but was not delivered never is. */
	abandon(cause: Error): void {
		this.#inbox.drop();
		if (this.#ending) this.#ending = {...this.#ending, delivers: false};
		else this.#end({cause, delivers: false});
	}

	#end(ending: Ending): void {
		if (this.#ending) return;
		this.#ending = ending;
		this.#keepAlive?.stop();
		this.#socket.destroy();
		if (!this.#inbox.isDelivering) this.#finish(ending.cause);
	}

	#finish(cause: Error): void {
		this.#opened.reject(cause);
		// Nobody may be waiting for the handshake any more.
		this.#opened.promise.catch(() => undefined);
		for (const pending of [...this.#pendingAuth.splice(0), ...this.#pending.splice(0)])
			pending.reject(new DisconnectedError(true, cause));
		this.#ended.resolve(cause);
	}

	#takeXid(): number {
		const xid = this.#nextXid;
		this.#nextXid = xid === maxXid ? 1 : xid + 1;
		return xid;
	}

	#write(xid: number, code: number, now: number, encode?: (writer: Writer) => void): void {
		this.#outbox.send(xid, code, encode);
		this.#keepAlive?.sent(now);
	}

	#receive(chunk: Buffer): void {
		if (this.#ending) return;
		this.#keepAlive?.received();
		try {
			this.#inbox.push(this.#decoder.push(chunk));
		} catch (error) {
			this.end(error as Error);
		}
	}

	#deliver(frame: Buffer): void {
		if (!this.#handshaken) this.#deliverHandshake(frame);
		else if (this.#isEvent(frame)) this.#deliverEvent(frame);
		else this.#deliverReply(frame);
	}

	#isEvent(frame: Buffer): boolean {
		return this.#handshaken && frame.length >= 4 && frame.readInt32BE(0) === reserved.event;
	}

	#deliverHandshake(frame: Buffer): void {
		const response = decodeConnect(frame);
		this.#handshaken = true;
		this.#opened.resolve(response);
	}

	/* class ReplyHeader { int xid; long zxid; int err; } */
	#deliverEvent(frame: Buffer): void {
		const reader = new Reader(frame);
		reader.int();
		reader.long();
		reader.int();
		this.#options.listener.event(decodeEvent(reader));
	}

	#deliverReply(frame: Buffer): void {
		const reader = new Reader(frame);
		const xid = reader.int();
		const zxid = reader.long();
		const resultCode = reader.int();
		// Only replies to requests count: an event's zxid may run ahead of events that are still to come.
		if (zxid > 0n) this.#options.onZxid(zxid);
		if (xid === reserved.ping) {
			this.#deliverPong();
			return;
		}
		const pending = xid === reserved.auth ? this.#pendingAuth.shift() : this.#pending.shift();
		if (pending?.xid !== xid) throw this.#mismatch(xid, pending);
		this.#options.listener.answered(pending.sentAt);
		// Its sign of life came too late: the session was given up just now, and the reply with it.
		if (this.#ending && !this.#ending.delivers) {
			pending.reject(new DisconnectedError(true, this.#ending.cause));
			return;
		}
		if (resultCode !== 0) {
			pending.reject(new RefusedError(resultCode));
			return;
		}
		try {
			pending.resolve(pending.codec.decode(reader, pending.request));
		} catch (error) {
			pending.reject(new DisconnectedError(true, error));
			throw error;
		}
	}

	/** A ping passes through the same queue as the requests before it, and overtakes no credential: if one of them is still unanswered, it never will be. */
	#deliverPong(): void {
		const sentAt = this.#keepAlive?.answered();
		if (sentAt === undefined) throw new ProtocolError('a reply to a ping that was not sent');
		for (const oldest of [this.#pending[0], this.#pendingAuth[0]])
			if (oldest && oldest.sentAt < sentAt) throw new ProtocolError(`no reply to request ${oldest.xid}`);
		this.#options.listener.answered(sentAt);
	}

	#mismatch(xid: number, pending: Pending | undefined): ProtocolError {
		const error = new ProtocolError(`a reply to request ${xid} where ${pending?.xid ?? 'none'} was due`);
		pending?.reject(new DisconnectedError(true, error));
		return error;
	}
}
