import {randomUUID} from 'node:crypto';
import test from 'ava';
import {connect} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {nextEvent} from '../../helpers/next-event.ts';

test('a server at an IPv6 address, below a chroot: operations, watches, and other servers', async t => {
	// All addresses of both families: what asks whether the server is up uses IPv4.
	await using server = await TestingServer.start({properties: {clientPortAddress: '::'}});
	const folder = `/${randomUUID()}`;
	await using root = await connect(server.connectString);
	await root.create(folder);
	await using client = await connect(`[::1]:${server.port}${folder}`);
	const addresses = async (): Promise<string[]> =>
		(await client.whoAmI()).filter(({scheme}) => scheme === 'ip').map(({id}) => id);
	t.deepEqual(await addresses(), ['0:0:0:0:0:0:0:1']);
	const created = new Promise(resolve => {
		void client.exists('/mine', {watch: ({type, path}) => resolve(`${type} ${path}`)});
	});
	t.is((await client.create('/mine', 'data', {mode: 'ephemeral'})).path, '/mine');
	t.is(await created, 'created /mine');
	t.is((await root.get(`${folder}/mine`)).data?.toString(), 'data');

	const id = client.session?.id;
	for (const [address, seen] of [
		[`127.0.0.1:${server.port}`, '127.0.0.1'],
		[`[0:0::1]:${server.port}`, '0:0:0:0:0:0:0:1'],
	] as const) {
		const moved = nextEvent(client, 'reconnected');
		client.setServers(address);
		await moved;
		t.deepEqual(await addresses(), [seen]);
	}
	t.is((await client.exists('/mine'))?.ephemeralOwner, id);
});
