import test from 'ava';
import {type Client, ClientClosedError, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaseLostError, Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {nothingLeftUnder} from '../helpers/nothing-left.ts';
import {listenerCount} from '../helpers/proxied-client.ts';

let server: TestingServer;
test.before(async () => {
	server = await TestingServer.start();
});
test.after.always(() => server?.close());

async function nothingLeft(path: string, ...clients: Client[]): Promise<void> {
	await nothingLeftUnder(server, path, clients);
}

test('a closed client rejects its waiters, and its leases are lost', async t => {
	const client = await connect(server.connectString);
	const lease = await new Mutex(client, '/closed').acquire();
	const waiting = new Mutex(client, '/closed').acquire();
	await eventually(
		async () => (await client.children('/closed')).children.length,
		count => count === 2,
	);
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
