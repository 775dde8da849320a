import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:net';

// Below the range from which systems take the ports of outgoing connections (Linux: 32768 up). A port from that range may be gone
// when a server wants it back after a restart, and a client dialling a dead server there can even be connected to itself.
const FIRST = 15_000;
// A port is free until its server has started, which takes a second: so that processes that start servers side by side do not choose the
// same one, each goes round in a block of its own.
const BLOCK = 80;
const BLOCKS = 212;
const base = FIRST + BLOCK * (process.pid % BLOCKS);
let next = randomInt(BLOCK);

/** A TCP port on 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < BLOCK; tries++) {
		const port = base + (next++ % BLOCK);
		if (await canListen(port)) return port;
	}
	return randomInt(FIRST, FIRST + BLOCK * BLOCKS);
}

async function canListen(port: number): Promise<boolean> {
	const server = createServer();
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
		throw error;
	}
	server.close();
	await once(server, 'close');
	return true;
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<number[]> {
	const ports = new Set<number>();
	while (ports.size < count) ports.add(await freePort());
	return [...ports];
}
