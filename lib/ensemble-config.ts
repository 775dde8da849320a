import {isIPv6} from 'node:net';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {ProtocolError} from './errors/session-error.ts';
import type {Stat} from './znode.ts';

export type Address = {readonly host: string; readonly port: number};

/** One server of an ensemble. */
export type EnsembleServer = {
	/** The N of its line `server.N`. */
	readonly id: number;
	readonly role: 'participant' | 'observer';
	/** Where the other servers reach it, and no client; more than one only where the ensemble has `multiAddress.enabled`. */
	readonly peers: readonly {readonly host: string; readonly quorumPort: number; readonly electionPort: number}[];
	/** Where it listens for clients; `0.0.0.0` and `::` are all its addresses. `undefined` where only its own `zoo.cfg` says so (`clientPort`). */
	readonly client?: Address | undefined;
	/** The same for TLS; since ZooKeeper 3.10. */
	readonly secureClient?: Address | undefined;
};

/** What `/zookeeper/config` holds. */
export type EnsembleConfig = {
	/** Empty on a server that stands alone. */
	readonly servers: readonly EnsembleServer[];
	/** Grows with each reconfiguration; 0n before the first. */
	readonly version: bigint;
	/** As the server wrote it, with the lines that are not parsed (`group.N`, `weight.N`). */
	readonly raw: string;
	readonly stat: Stat;
};

/** @throws ProtocolError for a server's line that is not understood: to leave it out would tell of a smaller ensemble */
export function parseConfig(data: Uint8Array | null, stat: Stat): EnsembleConfig {
	const raw = data === null ? '' : Buffer.from(data).toString();
	const lines = raw.split('\n').map(line => line.trim());
	const servers = lines
		.filter(line => line.startsWith('server.'))
		.map(line => {
			const server = parseServer(line);
			if (!server) throw new ProtocolError(`/zookeeper/config has a line that is not understood: ${line}`);
			return server;
		});
	const version = lines.map(line => /^version=([\da-f]+)$/i.exec(line)?.[1]).find(hex => hex !== undefined) ?? '0';
	return {servers, version: BigInt(`0x${version}`), raw, stat};
}

/** What a line `server.N=…` says: as in `zoo.cfg`, and as servers write it. `undefined` if it is not understood. */
export function parseServer(line: string): EnsembleServer | undefined {
	const {id, rest = ''} = /^server\.(?<id>\d+)\s*=\s*(?<rest>.+)$/.exec(line)?.groups ?? {};
	const [members = '', ...clients] = rest.split(';');
	const [, before = '', role = 'participant'] = /^(.*?)(?::(participant|observer))?$/.exec(members.trim()) ?? [];
	const peers = before.split('|').map(parsePeer).filter(isKnown);
	const addresses = clients.map(parseClient);
	const [client, secureClient] = addresses;
	if (id === undefined || peers.length < before.split('|').length || !addresses.every(isKnown) || addresses.length > 2)
		return undefined;
	return {
		id: Number(id),
		role: role as EnsembleServer['role'],
		peers,
		...(client && {client}),
		...(secureClient && {secureClient}),
	};
}

/** The line that `parseServer` reads. @throws InvalidArgumentError for what would not be read back */
export function formatServer(server: EnsembleServer): string {
	const {id, role, peers, client, secureClient} = server;
	const members = peers.map(({host, quorumPort, electionPort}) => `${bracketed(host)}:${quorumPort}:${electionPort}`);
	const clients = [client, secureClient].filter(isKnown).map(address => `;${formatAddress(address)}`);
	const line = `server.${id}=${members.join('|')}:${role}${clients.join('')}`;
	if (!parseServer(line) || (secureClient && !client)) throw new InvalidArgumentError('server', server, accepted);
	return line;
}

/** As in a connect string. */
export function formatAddress({host, port}: Address): string {
	return `${bracketed(host)}:${port}`;
}

export const accepted =
	'a line such as `server.4=zk4:2888:3888:participant;2181`, or what `getConfig` gives for a server';

const host = String.raw`(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^\s:[\]/,;|]+))`;
const peerPattern = new RegExp(`^${host}:(?<quorum>\\d+):(?<election>\\d+)$`);
const clientPattern = new RegExp(`^(?:${host}:)?(?<port>\\d+)$`);

function parsePeer(text: string): EnsembleServer['peers'][number] | undefined {
	const {ipv6, name, quorum, election} = peerPattern.exec(text)?.groups ?? {};
	const found = hostOf(ipv6, name);
	if (found === undefined || !isPort(quorum) || !isPort(election)) return undefined;
	return {host: found, quorumPort: Number(quorum), electionPort: Number(election)};
}

/** A port alone is that port on all of the server's addresses. */
function parseClient(text: string): Address | undefined {
	const groups = clientPattern.exec(text.trim())?.groups;
	if (!groups || !isPort(groups['port'])) return undefined;
	const {ipv6, name = '0.0.0.0', port} = groups;
	const found = hostOf(ipv6, name);
	return found === undefined ? undefined : {host: found, port: Number(port)};
}

function hostOf(ipv6: string | undefined, name: string | undefined): string | undefined {
	if (ipv6 === undefined) return name;
	return isIPv6(ipv6) ? ipv6 : undefined;
}

function bracketed(name: string): string {
	return name.includes(':') ? `[${name}]` : name;
}

function isPort(text: string | undefined): boolean {
	return Number(text) >= 1 && Number(text) <= 65_535;
}

function isKnown<T>(value: T | undefined): value is T {
	return value !== undefined;
}
