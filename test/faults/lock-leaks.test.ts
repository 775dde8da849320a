import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Mutex} from '../../recipes/index.ts';
import {collectGarbage} from '../helpers/used-memory.ts';

const locks = 10_000;
const path = '/faults/leaks';
const events = ['connected', 'suspended', 'reconnected', 'untrusted', 'lost', 'closed'] as const;

test('10,000 locks taken and released leave memory, listeners, handles and server watches where they were', async t => {
	t.timeout(180_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	const mutex = new Mutex(client, path);
	const take = async (count: number): Promise<void> => {
		for (let taken = 0; taken < count; taken++) {
			const lease = await mutex.acquire();
			await lease.release();
		}
	};
	const measure = async () => {
		await client.sync('/');
		collectGarbage();
		return {
			listeners: events.map(event => client.listenerCount(event)),
			handles: process
				.getActiveResourcesInfo()
				.filter(kind => kind !== 'Immediate')
				.sort(),
			watches: /Total watches:(?<count>\d+)/.exec(await server.fourLetterWord('wchs'))?.groups?.['count'],
			heap: process.memoryUsage().heapUsed,
		};
	};

	// The first thousand warm up caches and compiled code.
	await take(1000);
	const {heap: heapBefore, ...before} = await measure();
	await take(locks);
	const {heap: heapAfter, ...after} = await measure();

	t.deepEqual(after, before);
	t.is(before.watches, '0');
	t.true(heapAfter - heapBefore < 2_000_000, `the heap grew by ${heapAfter - heapBefore} bytes over ${locks} locks`);
	t.deepEqual((await client.children(path)).children, []);
});
