import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderLatch} from '../../recipes/index.ts';
import {CuratorPeer} from './curator-peer.ts';

const turns = 200;
const path = '/interop/latch';

test('leadership goes back and forth between Curator and Docent, and both name the same leader', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	const latch = new LeaderLatch(client, path, {id: 'docent'});
	const leaderHere = async (): Promise<string | undefined> => {
		for await (const leader of latch.observe()) return leader?.id;
		return undefined;
	};

	let term = await latch.acquire();
	for (let turn = 0; turn < turns / 2; turn++) {
		await curator.ask('latch', path, 'curator');
		if (turn % 20 === 0) {
			t.is(await leaderHere(), 'docent');
			t.is(await curator.ask('leader', path), 'docent');
		}
		await term.release();
		t.is(await curator.ask('lead', path), 'leading');
		if (turn % 20 === 0) {
			t.is(await leaderHere(), 'curator');
			t.is(await curator.ask('leader', path), 'curator');
		}
		const waiting = latch.acquire();
		await curator.ask('resign', path);
		term = await waiting;
	}
	await term.release();
	t.deepEqual((await client.children(path)).children, []);
});

test('a Curator leader that is killed is followed by Docent', async t => {
	await using server = await TestingServer.start({maxSessionTimeout: 2000});
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	await curator.ask('latch', path, 'curator');
	await curator.ask('lead', path);
	const waiting = new LeaderLatch(client, path, {id: 'docent'}).acquire();
	curator.kill();
	await (await waiting).release();
	t.pass();
});
