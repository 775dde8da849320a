import {isIPv6} from 'node:net';
import {InvalidArgumentError} from '../../errors/argument-error.ts';
import {validatePath} from '../../paths.ts';

/** One member's client address; `name` is how the user wrote it, for messages. */
export type Server = {readonly host: string; readonly port: number; readonly name: string};
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

function parseServer(text: string, connectString: string): Server {
	const match = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/.exec(text);
	const {ipv6, name} = match?.groups ?? {};
	const host = ipv6 !== undefined && isIPv6(ipv6) ? ipv6 : name;
	const port = match?.groups?.['port'] === undefined ? defaultPort : Number(match.groups['port']);
	if (host === undefined || port < 1 || port > 65_535)
		throw new InvalidArgumentError('connectString', connectString, accepted);
	return {host, port, name: text};
}

/** The servers in an order of this client's own, dialled in turn. Host names are resolved anew at each dial, by the socket. */
export class Ensemble {
	readonly #servers: Server[];
	#next = 0;

	constructor(servers: readonly Server[]) {
		this.#servers = [...servers];
		// Fisher-Yates, so that the clients of one fleet spread over the servers.
		for (let last = this.#servers.length - 1; last > 0; last--) {
			const other = Math.floor(Math.random() * (last + 1));
			[this.#servers[last], this.#servers[other]] = [this.#servers[other] as Server, this.#servers[last] as Server];
		}
	}

	get size(): number {
		return this.#servers.length;
	}

	next(): Server {
		const server = this.#servers[this.#next % this.#servers.length] as Server;
		this.#next++;
		return server;
	}
}
