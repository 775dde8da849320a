import {type Client, connect, type ConnectOptions} from '../../lib/index.ts';
import {FaultProxy, type TestingServer} from '../../lib/testing/index.ts';

/** A client with a proxy of its own before the server. */
export class ProxiedClient implements AsyncDisposable {
	readonly proxy: FaultProxy;
	readonly client: Client;

	private constructor(proxy: FaultProxy, client: Client) {
		this.proxy = proxy;
		this.client = client;
	}

	static async connect(server: TestingServer, options: ConnectOptions = {}): Promise<ProxiedClient> {
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		return new ProxiedClient(proxy, await connect(proxy.address, options));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.client.close();
		await this.proxy.close();
	}
}

/** How many listeners the client has, of all events. */
export function listenerCount(client: Client): number {
	return (['connected', 'suspended', 'reconnected', 'untrusted', 'lost', 'closed'] as const)
		.map(event => client.listenerCount(event))
		.reduce((sum, count) => sum + count, 0);
}

/** The server's watches at or below a path, as `wchp` tells: path to the number of sessions. */
export async function watchesUnder(server: TestingServer, path: string): Promise<Record<string, number>> {
	const watches: Record<string, number> = {};
	let current = '';
	for (const line of (await server.fourLetterWord('wchp')).split('\n')) {
		if (line.startsWith('/')) current = line;
		else if (line.startsWith('\t') && (current === path || current.startsWith(`${path}/`)))
			watches[current] = (watches[current] ?? 0) + 1;
	}
	return watches;
}
