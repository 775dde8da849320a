import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {LeaderSelector} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';

const turns = 500;

test('leadership goes from Docent to Curator and back, one leads at a time, and both read who takes part', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await curatorPeer(server.connectString);
	const path = '/interop/selector';
	const controller = new AbortController();
	const work = ({signal}: {readonly signal: AbortSignal}): Promise<void> =>
		new Promise(resolve => {
			signal.addEventListener('abort', () => resolve());
		});
	const selector = new LeaderSelector(client, path, work, {id: 'docent', requeue: true});
	const running = selector.run({signal: controller.signal});
	const participants = async (): Promise<string> =>
		(await selector.participants()).map(({id, isLeader}) => `${id}${isLeader ? '*' : ''}`).join();

	await until(() => selector.isLeader);
	await curator.ask('select', path, 'curator');
	for (let turn = 0; turn < turns / 2; turn++) {
		await until(async () => (await participants()) === 'docent*,curator');
		if (turn % 50 === 0) t.is(await curator.ask('selected', path), 'curator,docent*');
		selector.interruptLeadership();
		t.is(await curator.ask('await-term', path), 'leading');
		t.false(selector.isLeader);
		await until(async () => (await participants()) === 'curator*,docent');
		if (turn % 50 === 0) t.is(await curator.ask('selected', path), 'curator*,docent');
		await curator.ask('interrupt', path);
		await until(() => selector.isLeader);
	}
	await curator.ask('deselect', path);
	await until(async () => (await participants()) === 'docent*');
	controller.abort();
	await running;
	t.deepEqual((await client.children(path)).children, []);
});
