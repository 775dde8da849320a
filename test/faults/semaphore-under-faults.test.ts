import test from 'ava';
import {isCoordinationError} from '../../lib/index.ts';
import {Semaphore} from '../../recipes/index.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

test('under resets and expiries, there are never more leases in the tree than the semaphore has', async t => {
	t.timeout(120_000);
	await using onlooker = await QueueOnlooker.start();
	const path = '/semaphore';
	const leases = 3;
	const participants = await Promise.all(Array.from({length: 4}, () => ProxiedClient.connect(onlooker.server)));
	let most = 0;
	let acquired = 0;
	let isOver = false;
	const looking = (async (): Promise<void> => {
		while (!isOver) most = Math.max(most, (await onlooker.names(`${path}/leases`)).length);
	})();
	await Promise.all(
		participants.map(async ({client, proxy}, index) => {
			const semaphore = new Semaphore(client, path, {leases});
			for (let round = 0; round < 24; round++) {
				// Each at another time, so that over the rounds every step is met.
				if (round % 4 === index) proxy.resetOn({reply: round % 8 < 4 ? 'multi' : 'getChildren2'});
				else if (round % 12 === index + 4) proxy.resetOn({request: 'multi'});
				else if (round % 12 === index) await onlooker.expire(client);
				const group = await semaphore.acquireMany(1 + (round % leases), {revokeOn: 'lost'});
				acquired++;
				try {
					await client.exists(path);
					group.throwIfLost();
				} catch (error) {
					if (!isCoordinationError(error)) throw error;
				}
				await group.release();
			}
		}),
	);
	isOver = true;
	await looking;
	t.is(acquired, 96);
	t.is(most, leases);
	const clients = participants.map(({client}) => client);
	await onlooker.nothingLeft(`${path}/locks`, ...clients);
	await onlooker.nothingLeft(`${path}/leases`, ...clients);
	await Promise.all(participants.map(each => each[Symbol.asyncDispose]()));
});
