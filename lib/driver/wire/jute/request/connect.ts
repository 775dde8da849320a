import {ProtocolError} from '../../../../errors/session-error.ts';
import {Reader} from '../reader.ts';
import {Writer} from '../writer.ts';

/*
 * class ConnectRequest  { int protocolVersion; long lastZxidSeen; int timeOut; long sessionId; buffer passwd; boolean readOnly; }
 * class ConnectResponse { int protocolVersion; int timeOut; long sessionId; buffer passwd; boolean readOnly; }
 * Without headers. A session id of 0 asks for a new session.
 */
export type ConnectRequest = {
	readonly lastZxid: bigint;
	readonly timeout: number;
	readonly sessionId: bigint;
	readonly password: Buffer;
	/** Whether a server that is cut off from the others, and takes no writes, will do. */
	readonly canBeReadOnly: boolean;
};
export type ConnectResponse = {
	readonly timeout: number;
	readonly sessionId: bigint;
	readonly password: Buffer;
	readonly readOnly: boolean;
};

export const noPassword: Buffer = Buffer.alloc(16);

export function encodeConnect({lastZxid, timeout, sessionId, password, canBeReadOnly}: ConnectRequest): Buffer {
	const writer = new Writer().int(0).long(lastZxid).int(timeout).long(sessionId).buffer(password);
	return writer.boolean(canBeReadOnly).frame();
}

export function decodeConnect(frame: Buffer): ConnectResponse {
	// 36 bytes from servers that do not know read-only mode. A read-only server without local sessions answers with a reply header instead.
	if (frame.length !== 37 && frame.length !== 36)
		throw new ProtocolError(`a connect response of ${frame.length} bytes: not a ZooKeeper server that takes sessions`);
	const reader = new Reader(frame);
	reader.int();
	const timeout = reader.int();
	const sessionId = reader.long();
	// Copied: a slice would keep the socket's pool alive as long as the session.
	const password = Buffer.from(reader.buffer() ?? noPassword);
	return {timeout, sessionId, password, readOnly: reader.remaining > 0 && reader.boolean()};
}
