import {networkInterfaces} from 'node:os';

/**
 * This machine's dotted IPv4 address, which Curator writes into a znode that was given no data. For people who look at the tree; nothing reads it.
 */
export function localAddress(): string {
	const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? []);
	return addresses.find(({family, internal}) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
