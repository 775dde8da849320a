import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {deferred, type Deferred} from '../../lib/util/deferred.ts';

/** Just enough of a ZooKeeper session to see what a server or a proxy does: no pings, no reconnects. */
export class RawSession {
	readonly sessionId: bigint;
	readonly password: Buffer;
	/** As negotiated; 0 if the server says that the session has expired. */
	readonly timeout: number;
	readonly closed: Promise<void>;
	readonly #socket: Socket;
	readonly #replies = new Map<number, Deferred<number>>();
	#xid = 0;

	private constructor(socket: Socket, response: Buffer, closed: Promise<void>) {
		this.#socket = socket;
		this.closed = closed;
		this.timeout = response.readInt32BE(8);
		this.sessionId = response.readBigInt64BE(12);
		this.password = Buffer.from(response.subarray(24, 40));
	}

	static async open(
		port: number,
		{
			timeout = 10_000,
			sessionId = 0n,
			password = Buffer.alloc(16),
		}: {timeout?: number; sessionId?: bigint; password?: Buffer} = {},
	): Promise<RawSession> {
		const socket = connect({port, host: '127.0.0.1', noDelay: true});
		const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
		const request = Buffer.alloc(49);
		request.writeInt32BE(45, 0);
		request.writeInt32BE(timeout || 10_000, 16);
		request.writeBigInt64BE(sessionId, 20);
		request.writeInt32BE(16, 28);
		password.copy(request, 32);
		socket.write(request);
		const [response] = (await once(socket, 'data')) as [Buffer];
		const session = new RawSession(socket, response, closed);
		let rest: Buffer = Buffer.alloc(0);
		socket.on('error', () => {});
		socket.on('data', (chunk: Buffer) => {
			rest = Buffer.concat([rest, chunk]);
			while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
				session.#replies.get(rest.readInt32BE(4))?.resolve(rest.readInt32BE(16));
				rest = rest.subarray(4 + rest.readInt32BE(0));
			}
		});
		return session;
	}

	/** Sends one request; the error code of its reply. */
	request(type: number, body: Buffer): Promise<number> {
		const xid = ++this.#xid;
		const frame = Buffer.concat([Buffer.alloc(12), body]);
		frame.writeInt32BE(frame.length - 4, 0);
		frame.writeInt32BE(xid, 4);
		frame.writeInt32BE(type, 8);
		const reply = deferred<number>();
		this.#replies.set(xid, reply);
		this.#socket.write(frame);
		return reply.promise;
	}

	create(path: string, data: string): Promise<number> {
		const acl = Buffer.concat([int(1), int(31), text('world'), text('anyone')]);
		return this.request(15, Buffer.concat([text(path), text(data), acl, int(0)]));
	}

	exists(path: string): Promise<number> {
		return this.request(3, Buffer.concat([text(path), Buffer.from([0])]));
	}

	destroy(): void {
		this.#socket.destroy();
	}
}

function int(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32BE(value);
	return bytes;
}

function text(value: string): Buffer {
	return Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
}
