import {type Address, type EnsembleConfig, type EnsembleServer, formatAddress} from './ensemble-config.ts';

type Viewpoint = {
	/** Whether the client speaks TLS. */
	readonly isSecure: boolean;
	/** Whether the client knows a server on its own machine. */
	readonly isLocal: boolean;
};

const wildcards = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0']);

/**
 * Where clients find the servers of a configuration, as a connect string without a chroot; `undefined` if it does not say so of each of them. A list that lacks some would be worse
 * than an old one, and the ports between servers are not for clients (trap T14).
 */
export function clientAddresses({servers}: EnsembleConfig, viewpoint: Viewpoint): string | undefined {
	const addresses = servers.map(server => addressOf(server, viewpoint));
	if (addresses.length === 0 || addresses.includes(undefined)) return undefined;
	return addresses.join(',');
}

function addressOf(server: EnsembleServer, {isSecure, isLocal}: Viewpoint): string | undefined {
	// One port may serve both, with `client.portUnification`.
	const listening = isSecure ? (server.secureClient ?? server.client) : server.client;
	if (!listening) return undefined;
	const address: Address = {...listening, host: isWildcard(listening) ? (server.peers[0]?.host ?? '') : listening.host};
	if (address.host === '' || isWildcard(address) || (isLoopback(address) && !isLocal)) return undefined;
	return formatAddress(address);
}

function isWildcard({host}: Pick<Address, 'host'>): boolean {
	return wildcards.has(host);
}

export function isLoopback({host}: Pick<Address, 'host'>): boolean {
	return host === 'localhost' || host === '::1' || host === '0:0:0:0:0:0:0:1' || host.startsWith('127.');
}
