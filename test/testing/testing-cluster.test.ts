import test from 'ava';
import {InvalidArgumentError} from '../../lib/index.ts';
import {TestingCluster} from '../../lib/testing/index.ts';
import {RawSession} from './raw-session.ts';

test('three members elect a leader, and another one when it is gone', async t => {
	await using cluster = await TestingCluster.start();
	t.is(cluster.servers.length, 3);
	t.is(cluster.connectString.split(',').length, 3);
	t.is((await cluster.followers()).length, 2);
	const first = await cluster.leader();
	const session = await RawSession.open(first.port, {timeout: 20_000});
	t.is(await session.create('/kept', ''), 0);
	await first.kill();
	const second = await cluster.leader();
	t.not(second, first);
	const resumed = await RawSession.open(second.port, session);
	t.is(resumed.sessionId, session.sessionId);
	t.is(await resumed.create('/kept', ''), -110);
	await first.restart();
	t.is(await first.mode(), 'follower');
	resumed.destroy();
});

test('the size is checked', async t => {
	await t.throwsAsync(TestingCluster.start({size: 0}), {instanceOf: InvalidArgumentError});
});
