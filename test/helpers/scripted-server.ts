import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {FrameDecoder} from '../../lib/driver/wire/jute/frame.ts';
import {Writer} from '../../lib/driver/wire/jute/writer.ts';

/** What the script is told: each frame of the client, without its length. The first is the handshake. */
export type Script = (frame: Buffer, socket: Socket, index: number) => void;

/** A peer that says what the test wants: no ZooKeeper, only its frames. */
export class ScriptedServer implements AsyncDisposable {
	readonly port: number;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server) {
		this.#server = server;
		this.port = (server.address() as AddressInfo).port;
	}

	static async start(
		script: Script,
		{host = '127.0.0.1', port = 0}: {readonly host?: string; readonly port?: number} = {},
	): Promise<ScriptedServer> {
		const server = createServer();
		server.listen(port, host);
		await once(server, 'listening');
		const scripted = new ScriptedServer(server);
		server.on('connection', socket => {
			scripted.#sockets.add(socket);
			const decoder = new FrameDecoder(2 ** 24);
			let index = 0;
			socket.on('error', () => {});
			socket.on('close', () => scripted.#sockets.delete(socket));
			socket.on('data', chunk => {
				try {
					for (const frame of decoder.push(chunk)) script(frame, socket, index++);
				} catch {
					// A client that asks whether this port speaks TLS: no server of frames answers that.
					socket.destroy();
				}
			});
		});
		return scripted;
	}

	get address(): string {
		return `127.0.0.1:${this.port}`;
	}

	get connections(): number {
		return this.#sockets.size;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
		await once(this.#server, 'close');
	}
}

export function connectResponse({sessionId = 1n, timeout = 4000}: {sessionId?: bigint; timeout?: number} = {}): Buffer {
	return new Writer().int(0).int(timeout).long(sessionId).buffer(Buffer.alloc(16, 1)).boolean(false).frame();
}

/** A reply's header, and what `body` writes after it. */
export function reply(xid: number, body: (writer: Writer) => void = () => {}, error = 0, zxid = 1n): Buffer {
	const writer = new Writer().int(xid).long(zxid).int(error);
	body(writer);
	return writer.frame();
}

/** NodeDataChanged. */
export function changed(path: string): Buffer {
	return reply(-1, writer => void writer.int(3).int(3).string(path), 0, -1n);
}
