import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import type {Lease} from '../../recipes/index.ts';
import {eventually} from './eventually.ts';
import {listenerCount, watchesUnder} from './proxied-client.ts';

/** A server, and somebody who looks at the queues on it without taking part. */
export class QueueOnlooker implements AsyncDisposable {
	readonly server: TestingServer;
	readonly client: Client;

	private constructor(server: TestingServer, client: Client) {
		this.server = server;
		this.client = client;
	}

	static async start(): Promise<QueueOnlooker> {
		const server = await TestingServer.start();
		return new QueueOnlooker(server, await connect(server.connectString));
	}

	/** Another client, whose session outlives a slow machine. */
	connect(): Promise<Client> {
		return connect(this.server.connectString, {sessionTimeout: 60_000});
	}

	/** The children; none if the queue is not there. */
	async names(path: string): Promise<readonly string[]> {
		return (await this.client.exists(path)) ? (await this.client.children(path)).children : [];
	}

	/** Waits until that many queue. */
	async queued(path: string, count: number): Promise<readonly string[]> {
		return eventually(
			() => this.names(path),
			children => children.length === count,
		);
	}

	/** Waits until the one waiter has both its watches. */
	async parked(path: string, holder: Lease): Promise<void> {
		await eventually(
			() => watchesUnder(this.server, path),
			watches => watches[holder.path] === 2 && Object.keys(watches).length === 2,
		);
	}

	/** Waits until the predecessor is watched by nobody but its owner. */
	async unwatched(path: string, holder: Lease): Promise<void> {
		await eventually(
			() => watchesUnder(this.server, path),
			watches => watches[holder.path] === 1,
		);
	}

	/** Waits until nothing is left under the path, on the server or in the clients. */
	async nothingLeft(path: string, ...clients: Client[]): Promise<void> {
		await this.queued(path, 0);
		await eventually(
			() => watchesUnder(this.server, path),
			watches => Object.keys(watches).length === 0,
		);
		await eventually(
			() => clients.map(listenerCount),
			counts => counts.every(count => count === 0),
		);
	}

	/** Ends a client's session on the server. */
	async expire({session}: Client): Promise<void> {
		if (session) await this.server.killSession(session.id, session.password);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.client.close();
		await this.server.close();
	}
}
