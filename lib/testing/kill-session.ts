import {connect, type Socket} from 'node:net';
import {TestingError} from './testing-error.ts';

const CLOSE_SESSION = -11;
const TIMEOUT = 10_000;

/**
 * Ends a session as Curator's `KillSession` does: a second connection takes it over by its id and password, and closes it. The client
 * it belonged to hears of it as an expiry.
 *
 * @throws {TestingError} `NO_SUCH_SESSION` if the server does not know this id and password
 */
export async function killSession(port: number, sessionId: bigint, password: Buffer): Promise<void> {
	for (let attempt = 0; ; attempt++) {
		const socket = connect(port, '127.0.0.1');
		// A server that hangs up between two writes is one more end of the stream.
		socket.on('error', () => {});
		const timer = setTimeout(() => socket.destroy(), TIMEOUT);
		try {
			const outcome = await closeSession(socket, sessionId, password);
			if (outcome === 'closed') return;
			if (outcome === 'unknown' && attempt > 0) return;
			if (outcome === 'unknown')
				throw new TestingError('NO_SUCH_SESSION', `no session 0x${sessionId.toString(16)} with this password`);
		} finally {
			clearTimeout(timer);
			socket.destroy();
		}
		// The owner took its session back before the close was read. It cannot do so for ever.
		if (attempt === 10)
			throw new TestingError(
				'NOT_RUNNING',
				`the server on port ${port} did not close session 0x${sessionId.toString(16)}`,
			);
	}
}

async function closeSession(
	socket: Socket,
	sessionId: bigint,
	password: Buffer,
): Promise<'closed' | 'unknown' | 'lost'> {
	const frames = framesOf(socket);
	socket.write(connectRequest(sessionId, password));
	const response = await frames.next();
	if (response.done) return 'lost';
	const timeout = response.value.readInt32BE(4);
	if (timeout <= 0) return 'unknown';
	socket.write(closeRequest());
	const reply = await frames.next();
	return reply.done ? 'lost' : 'closed';
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer, void> {
	let rest = Buffer.alloc(0);
	try {
		for await (const chunk of socket as AsyncIterable<Buffer>) {
			rest = Buffer.concat([rest, chunk]);
			while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
				const end = 4 + rest.readInt32BE(0);
				yield rest.subarray(4, end);
				rest = rest.subarray(end);
			}
		}
	} catch {
		// A reset ends the frames like any other end of the stream: the caller tries again.
	}
}

function connectRequest(sessionId: bigint, password: Buffer): Buffer {
	const frame = Buffer.alloc(4 + 28 + password.length + 1);
	frame.writeInt32BE(frame.length - 4, 0);
	// protocolVersion 0, lastZxidSeen 0
	frame.writeInt32BE(TIMEOUT, 16);
	frame.writeBigInt64BE(sessionId, 20);
	frame.writeInt32BE(password.length, 28);
	password.copy(frame, 32);
	return frame;
}

function closeRequest(): Buffer {
	const frame = Buffer.alloc(12);
	frame.writeInt32BE(8, 0);
	frame.writeInt32BE(1, 4);
	frame.writeInt32BE(CLOSE_SESSION, 8);
	return frame;
}
