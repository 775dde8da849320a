import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {LeaderSelector} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {CuratorPeer} from './curator-peer.ts';

test('leadership goes from Docent to Curator and back, and both read who takes part', async t => {
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await CuratorPeer.start(server.connectString);
	const path = '/interop/selector';
	const controller = new AbortController();
	const led = [deferred(), deferred()];
	let terms = 0;
	const selector = new LeaderSelector(
		client,
		path,
		({signal}) => {
			led[terms++]?.resolve();
			return new Promise<void>(resolve => {
				signal.addEventListener('abort', () => resolve());
			});
		},
		{id: 'docent', requeue: true},
	);
	const running = selector.run({signal: controller.signal});
	await led[0]?.promise;
	await curator.ask('select', path, 'curator');
	await until(async () => (await selector.participants()).length === 2);
	t.is(await curator.ask('selected', path), 'curator,docent*');
	selector.interruptLeadership();
	t.is(await curator.ask('await-election', path), 'leading');
	await until(async () => (await selector.participants()).length === 2);
	t.deepEqual(
		(await selector.participants()).map(({id, isLeader}) => ({id, isLeader})),
		[
			{id: 'curator', isLeader: true},
			{id: 'docent', isLeader: false},
		],
	);
	t.false(selector.isLeader);
	await curator.ask('interrupt', path);
	await led[1]?.promise;
	t.is(await curator.ask('selected', path), 'docent*');
	controller.abort();
	await running;
});
