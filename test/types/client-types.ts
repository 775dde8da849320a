import {type Client, type SessionState, type Stat, UnsupportedError} from '../../lib/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';

// Nothing here runs: it is right if it compiles. A line marked as an error has to be one, or the compiler complains of the mark.

/** Absent data is not empty data, an absent znode is no failure, and versions are numbers where zxids are bigints. */
export async function results(client: Client, signal: AbortSignal): Promise<readonly unknown[]> {
	const {data, stat} = await client.get('/a', {signal});
	// @ts-expect-error `null` is what a znode without data holds
	const text: string = data.toString();
	const version: number = stat.version;
	const zxid: bigint = stat.czxid;
	const found: Stat | undefined = await client.exists('/a');
	const {path, stat: created} = await client.create('/a', null, {mode: 'ephemeral-sequential'});
	// @ts-expect-error a mode in ZooKeeper's capitals
	await client.create('/a', null, {mode: 'EPHEMERAL'});
	return [text, version, zxid, found, path, created];
}

/** A state carries its own data, and a switch over it can be proved whole. */
export function describe(state: SessionState): string {
	switch (state.status) {
		case 'connecting':
		case 'closed':
			return state.status;
		case 'connected':
			// @ts-expect-error nothing has been lost yet
			return `${state.sessionId} ${state.cause}`;
		case 'suspended':
			return `${state.sessionId} until ${state.expiresAt}`;
		case 'lost':
			return state.cause.message;
		default:
			state satisfies never;
			throw new UnsupportedError('no such state');
	}
}

/** `await using` takes a lease, and the `undefined` of a lock that another holds. */
export async function leases(client: Client): Promise<bigint | undefined> {
	const mutex = new Mutex(client, '/lock');
	await using held: Lease = await mutex.acquire();
	held.throwIfLost();
	await using tried = await mutex.tryAcquire();
	// @ts-expect-error nobody has to get it
	const token: bigint = tried.fencingToken;
	return tried === undefined ? token : held.fencingToken;
}

/** What the work of a session resolves with is what the call does; the scope's signal is one that every call takes. */
export async function inOneSession(client: Client): Promise<bigint> {
	const {czxid} = await client.inSession(async ({signal}) => (await client.get('/a', {signal})).stat);
	// @ts-expect-error nothing to wait for
	await client.inSession(() => 7);
	// @ts-expect-error a kind of parents that there is not
	await client.create('/a/b', null, {createParents: 'container'});
	return czxid;
}

/** A reconfiguration is a list of changes or a list of members; its version is a bigint, as a zxid. */
export async function reconfigured(client: Client): Promise<readonly unknown[]> {
	const {version, servers} = await client.getConfig();
	await client.reconfig({joining: ['server.4=zk4:2888:3888;2181'], leaving: [1]}, {fromConfig: version});
	await client.reconfig({members: servers});
	// @ts-expect-error the one or the other
	await client.reconfig({members: servers, leaving: [1]});
	// @ts-expect-error a static configuration does not say where clients connect
	return servers.map(({client: address}) => address.port);
}
