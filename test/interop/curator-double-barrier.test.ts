import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {DoubleBarrier} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';

const path = '/interop/barrier';

test('#58 Curator and Docent enter and leave one barrier together', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await curatorPeer(server.connectString);
	const barrier = new DoubleBarrier(client, path, {members: 3});
	const log: string[] = [];
	for (let round = 0; round < 10; round++) {
		const isCuratorLate = round % 2 === 0;
		const here = isCuratorLate ? [barrier.enter(), barrier.enter()] : [barrier.enter()];
		if (isCuratorLate) {
			await until(async () => (await client.exists(path))?.numChildren === 2);
			log.push('Curator comes');
		}
		const there = curator.ask('enter', path, '3').then(answer => log.push(answer));
		if (!isCuratorLate) {
			await until(async () => (await client.children(path)).children.length === 2);
			log.push('Docent comes');
			here.push(barrier.enter());
		}
		const stays = await Promise.all(here);
		await there;
		const left = curator.ask('leave', path).then(answer => log.push(answer));
		const out = stays.map(stay => stay.leave());
		await Promise.all([...out, left]);
		t.deepEqual(log.splice(0), [isCuratorLate ? 'Curator comes' : 'Docent comes', 'inside', 'outside']);
		t.deepEqual((await client.children(path)).children, []);
	}
});
