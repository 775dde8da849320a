import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount} from '../helpers/proxied-client.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

/** `rounds` acquisitions each on 20 locks, every one contended by two. */
async function lockAndUnlock(client: Client, rounds: number): Promise<void> {
	await Promise.all(
		Array.from({length: 40}, async (_, index) => {
			const mutex = new Mutex(client, `/leak/${index % 20}`);
			for (let round = 0; round < rounds; round++) {
				const lease = await mutex.acquire({signal: AbortSignal.timeout(60_000)});
				await lease.release();
			}
		}),
	);
}

async function serverCount(server: TestingServer, name: string): Promise<number> {
	return Number(new RegExp(`${name}\\t(\\d+)`).exec(await server.fourLetterWord('mntr'))?.[1]);
}

test('10,000 locks taken and released leave everything where it was', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await lockAndUnlock(client, 25);
	const heapBefore = heapUsed();
	const sockets = (): number => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length;
	const socketsBefore = sockets();
	await lockAndUnlock(client, 250);
	t.is(listenerCount(client), 0);
	await eventually(
		() => serverCount(server, 'zk_watch_count'),
		watches => watches === 0,
	);
	await eventually(
		() => serverCount(server, 'zk_ephemerals_count'),
		ephemerals => ephemerals === 0,
	);
	t.is(sockets(), socketsBefore);
	const growth = heapUsed() - heapBefore;
	t.log(`${growth} bytes of heap more after 10,000 locks`);
	t.true(growth < 1_000_000);
});
