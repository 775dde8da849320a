import test from 'ava';
import {Peer} from '../../bench/peer.ts';
import {TestingServer} from '../../lib/testing/index.ts';

const names = ['warm', 'cold', 'cycle', 'hand-off-2', 'semaphore', 'latch'];

test('Docent and Curator measure the same workloads', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using docent = await Peer.docent(server.connectString);
	await using curator = await Peer.curator(server.connectString);
	for (const peer of [docent, curator]) {
		for (const name of names) {
			const times = await peer.measure(name, 2, 5);
			t.is(times.length, 2, name);
			t.true(
				times.every(micros => micros > 0),
				`${name}: ${times.join()}`,
			);
		}
		for (const name of ['tasks-50', 'locks-100']) t.is((await peer.measure(name, 100, 0)).length, 1, name);
	}
});
