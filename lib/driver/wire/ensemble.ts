import {isIP, isIPv6} from 'node:net';
import {InvalidArgumentError} from '../../errors/argument-error.ts';
import {validatePath} from '../../paths.ts';
import {shuffled} from '../../util/shuffled.ts';
import {Addresses, type Resolve} from '../addresses.ts';
import {isSame, rebalance} from './rebalance.ts';

/** One member's client address; `name` is how the user wrote it, for messages. */
export type Server = {
	readonly host: string;
	readonly port: number;
	readonly name: string;
	/** Of a host name that is dialled again and again: its turns. */
	readonly addresses?: Addresses;
};
export type ConnectString = {
	readonly servers: readonly Server[] /** Empty, or an absolute path. */;
	readonly chroot: string;
};

const defaultPort = 2181;
const accepted =
	'`host[:port]`, comma-separated, IPv6 hosts in brackets, then optionally a chroot path: `zk1:2181,[::1]:2181/app`';

/** @throws InvalidArgumentError */
export function parseConnectString(connectString: string): ConnectString {
	if (typeof connectString !== 'string') throw new InvalidArgumentError('connectString', connectString, accepted);
	const slash = connectString.indexOf('/');
	const chroot = slash < 0 || connectString.length === slash + 1 ? '' : connectString.slice(slash);
	if (chroot !== '') validatePath(chroot, 'chroot of connectString');
	const hosts = slash < 0 ? connectString : connectString.slice(0, slash);
	const servers = hosts.split(',').map(host => parseServer(host.trim(), connectString));
	return {servers, chroot};
}

/** A list without a chroot. @throws InvalidArgumentError */
export function parseHosts(connectString: string): readonly Server[] {
	const {servers, chroot} = parseConnectString(connectString);
	if (chroot !== '')
		throw new InvalidArgumentError('connectString', connectString, 'hosts only; the chroot stays what it is');
	return servers;
}

function parseServer(text: string, connectString: string): Server {
	const match = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/.exec(text);
	const {ipv6, name} = match?.groups ?? {};
	const host = ipv6 !== undefined && isIPv6(ipv6) ? ipv6 : name;
	const port = match?.groups?.['port'] === undefined ? defaultPort : Number(match.groups['port']);
	if (host === undefined || port < 1 || port > 65_535)
		throw new InvalidArgumentError('connectString', connectString, accepted);
	return {host, port, name: text};
}

/** The servers in an order of this client's own, so that the clients of one fleet spread over them, dialled in turn. */
export class Ensemble {
	readonly #resolve: Resolve | undefined;
	/** Of the servers that were dialled, by their names. */
	readonly #addresses = new Map<string, Addresses>();
	#servers: readonly Server[];
	#next = 0;

	/** @param resolve finds the addresses of host names, anew at each dial @default `dns.lookup` */
	constructor(servers: readonly Server[], resolve?: Resolve) {
		this.#resolve = resolve;
		this.#servers = shuffled(servers);
	}

	/** A host name counts once, however many addresses it has. */
	get size(): number {
		return this.#servers.length;
	}

	next(): Server {
		const server = this.#servers[this.#next % this.#servers.length] as Server;
		this.#next++;
		return this.#withAddresses(server);
	}

	/** Makes a server the next one, at the address where it was found, if it is still on the list. */
	prefer(server: Server): void {
		server.addresses?.repeat();
		this.#next = Math.max(
			0,
			this.#servers.findIndex(other => isSame(other, server)),
		);
	}

	/** Takes another list. @returns whether the connection of now, to `current`, is to be left for the servers that come next */
	replace(servers: readonly Server[], current: Server | undefined): boolean {
		const before = this.#servers;
		const {leave, first} = rebalance({before, after: servers, current, random: Math.random()});
		const isKnown = (server: Server): boolean => before.some(other => isSame(server, other));
		const turn = (server: Server): number => (isKnown(server) === (first === 'known') ? 0 : 1);
		this.#servers = shuffled(servers).sort((one, other) => turn(one) - turn(other));
		this.#next = 0;
		this.#addresses.clear();
		return leave;
	}

	/** The addresses of a host name have their turns until there is another list. */
	#withAddresses(server: Server): Server {
		if (isIP(server.host)) return server;
		const addresses = this.#addresses.get(server.name) ?? new Addresses(this.#resolve);
		this.#addresses.set(server.name, addresses);
		return {...server, addresses};
	}
}
