import {type Client, connect} from '../../lib/index.ts';
import type {TestingServer} from '../../lib/testing/index.ts';
import {eventually} from './eventually.ts';
import {listenerCount, watchesUnder} from './proxied-client.ts';

/** Waits until there is nothing under the path, on the server or in the clients. */
export async function nothingLeftUnder(server: TestingServer, path: string, clients: readonly Client[]): Promise<void> {
	await using onlooker = await connect(server.connectString);
	await eventually(
		async () => ((await onlooker.exists(path)) ? (await onlooker.children(path)).children : []),
		children => children.length === 0,
	);
	await eventually(
		() => watchesUnder(server, path),
		watches => Object.keys(watches).length === 0,
	);
	await eventually(
		() => clients.map(listenerCount),
		counts => counts.every(count => count === 0),
	);
}
