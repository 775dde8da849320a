import test from 'ava';
import {type Client, ClientClosedError, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaseLostError, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, watchesUnder} from '../helpers/proxied-client.ts';

let server: TestingServer;
let onlooker: Client;
test.before(async () => {
	server = await TestingServer.start();
	onlooker = await connect(server.connectString);
});
test.after.always(async () => {
	await onlooker?.close();
	await server?.close();
});

async function names(path: string): Promise<readonly string[]> {
	return (await onlooker.exists(path)) ? (await onlooker.children(path)).children : [];
}

async function queued(path: string, count: number): Promise<readonly string[]> {
	return eventually(
		() => names(path),
		children => children.length === count,
	);
}

/** Nothing under the path, on the server or in the clients. */
async function nothingLeft(path: string, ...clients: Client[]): Promise<void> {
	await queued(path, 0);
	await eventually(
		() => watchesUnder(server, path),
		watches => Object.keys(watches).length === 0,
	);
	await eventually(
		() => clients.map(listenerCount),
		counts => counts.every(count => count === 0),
	);
}

test('bad arguments are refused before any I/O', async t => {
	await using client = await connect(server.connectString);
	t.throws(() => new Mutex(client, 'no-slash'), {code: 'INVALID_ARGUMENT'});
	const mutex = new Mutex(client, '/never');
	await t.throwsAsync(mutex.acquire({revokeOn: 'never' as 'lost'}), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(mutex.acquire({signal: AbortSignal.abort('why')}), {code: 'ABORTED', message: /\/never/});
	t.is(await client.exists('/never'), undefined);
});

test('a closed client rejects its waiters, and its leases are lost', async t => {
	const client = await connect(server.connectString);
	const lease = await new Mutex(client, '/closed').acquire();
	const waiting = new Mutex(client, '/closed').acquire();
	await queued('/closed', 2);
	const closing = client.close();
	t.throws(() => lease.throwIfLost(), {instanceOf: LeaseLostError});
	await t.throwsAsync(waiting, {instanceOf: ClientClosedError});
	await closing;
	t.true(lease.signal.aborted);
	await lease.release();
	await t.throwsAsync(new Mutex(client, '/closed').acquire(), {instanceOf: ClientClosedError});
	await nothingLeft('/closed', client);
});

test('a refusal rejects, and leaves nothing', async t => {
	await using client = await connect(server.connectString);
	await client.create('/readable', '', {acl: [{permissions: ['read'], scheme: 'world', id: 'anyone'}]});
	await t.throwsAsync(new Mutex(client, '/readable').acquire(), {code: 'NO_AUTH'});
	await t.throwsAsync(new Mutex(client, '/readable/below').acquire(), {code: 'NO_AUTH'});
	await nothingLeft('/readable', client);
});

test('a chroot that does not exist is said so', async t => {
	await using client = await connect(`${server.connectString}/no/such/chroot`);
	await t.throwsAsync(new Mutex(client, '/lock').acquire(), {code: 'NO_NODE'});
	t.is(listenerCount(client), 0);
});
