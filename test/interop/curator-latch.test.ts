import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderLatch} from '../../recipes/index.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';

const turns = 500;
const path = '/interop/latch';

test('leadership goes back and forth between Curator and Docent, and both name the same leader', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await curatorPeer(server.connectString);
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

test('leadership fails over from Java to Node and back', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start({maxSessionTimeout: 8000});
	await using client = await connect(server.connectString);
	await using first = await curatorPeer(server.connectString);
	await using second = await curatorPeer(server.connectString);
	await first.ask('latch', path, 'java-1');
	await first.ask('lead', path);
	const latch = new LeaderLatch(client, path, {id: 'node'});
	const waiting = latch.acquire();
	await until(async () => (await latch.participants()).length === 2);
	t.is(await first.ask('latched', path), 'java-1*,node');
	first.kill();
	const term = await waiting;

	await second.ask('latch', path, 'java-2');
	await until(async () => (await latch.participants()).length === 2);
	t.deepEqual(
		(await latch.participants()).map(({id, isLeader}) => ({id, isLeader})),
		[
			{id: 'node', isLeader: true},
			{id: 'java-2', isLeader: false},
		],
	);
	t.is(await second.ask('latched', path), 'java-2,node*');
	await killSessionOf(client, server);
	t.is(await second.ask('lead', path), 'leading');
	await until(() => term.signal.aborted);
	t.is(await second.ask('latched', path), 'java-2*');
});
