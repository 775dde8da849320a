import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Mutex} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';
import {GoProgram} from './go-peer.ts';
import {kazooPeer} from './kazoo-peer.ts';
import {docent, peer, takeTurns} from './take-turns.ts';

test('go-zookeeper, Curator, kazoo and Docent take turns in one queue, where there is Go', async t => {
	t.timeout(240_000);
	await using program = await GoProgram.build();
	if (program.missing !== undefined) {
		t.log(`go-zookeeper does not take part: ${program.missing}`);
		t.pass();
		return;
	}
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using go = await program.start(server.connectString);
	await using curator = await curatorPeer(server.connectString);
	await using kazoo = await kazooPeer(server.connectString);
	const path = '/interop/go';
	const mutex = new Mutex(client, path, {data: 'docent'});

	const lease = await mutex.acquire();
	const theirs = go.ask('acquire', path, 'go');
	await until(async () => (await mutex.participants()).length === 2);
	t.is(await curator.ask('try', path), 'held');
	t.is(await kazoo.ask('participants', path, 'lock:-lock-'), 'docent,go');
	t.deepEqual(
		(await mutex.participants()).map(({data}) => data?.toString()),
		['docent', 'go'],
	);
	t.is(await go.ask('data', `${path}#2`, lease.path), 'docent');
	await lease.release();
	t.is(await theirs, 'acquired');
	t.is(await mutex.tryAcquire(), undefined);
	t.is(await curator.ask('try', path), 'held');
	t.is(await kazoo.ask('try', path, 'lock:-lock-'), 'held');
	await go.ask('release', path);

	await takeTurns(t, 500, [
		docent(mutex),
		peer('go', go, path, 'go'),
		peer('kazoo', kazoo, path, 'lock:-lock-'),
		peer('curator', curator, path, 'kazoo-mutex'),
	]);
	t.deepEqual(await mutex.participants(), []);
});
