import type {Socket} from 'node:net';

/**
 * RST. Not by `resetAndDestroy`, which shuts the socket down first: libuv refuses to reset a socket that is shutting down (EINVAL), and Node then forgets the
 * handle without closing it, so the process never exits.
 */
export function resetSocket(socket: Socket): void {
	const isShuttingDown = socket.writableEnded && !socket.writableFinished;
	if (!socket.connecting && !isShuttingDown) Object.assign(socket, {resetAndClosing: true});
	socket.destroy();
}
