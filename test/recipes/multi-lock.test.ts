import test from 'ava';
import {connect, isCoordinationError} from '../../lib/index.ts';
import {type LeaseLostError, MultiLock, Mutex, Semaphore} from '../../recipes/index.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

test('all are held, taken by path, each with a token of its own', async t => {
	await using client = await connect(onlooker.server.connectString);
	const [a, b] = [new Mutex(client, '/all/a'), new Semaphore(client, '/all/b', {leases: 1})];
	const both = new MultiLock([b, a]);
	t.deepEqual(both.locks, [a, b]);
	const group = await both.acquire();
	t.deepEqual(
		group.leases.map(({path}) => path.slice(0, 6)),
		['/all/a', '/all/b'],
	);
	const [first, second] = group.leases;
	t.true((first?.fencingToken ?? 0n) < (second?.fencingToken ?? 0n));
	t.is(await a.tryAcquire(), undefined);
	t.is(await b.tryAcquire(), undefined);
	group.throwIfLost();
	await group.release();
	await onlooker.nothingLeft('/all/a', client);
	await onlooker.nothingLeft('/all/b/leases', client);
});

test('two that name the same locks in opposite order do not wait for each other', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const paths = ['/opposite/a', '/opposite/b'];
	const one = new MultiLock(paths.map(path => new Mutex(client, path)));
	const two = new MultiLock(paths.toReversed().map(path => new Mutex(other, path)));
	let holders = 0;
	await Promise.all(
		[one, two].map(async lock => {
			for (let round = 0; round < 10; round++) {
				await lock.run(async () => {
					t.is(++holders, 1);
					await client.exists('/opposite');
					holders--;
				});
			}
		}),
	);
	for (const path of paths) await onlooker.nothingLeft(path, client, other);
});

test('an abort while one is waited for gives back the others', async t => {
	await using client = await connect(onlooker.server.connectString);
	const [a, b] = [new Mutex(client, '/abort/a'), new Mutex(client, '/abort/b')];
	const held = await b.acquire();
	const controller = new AbortController();
	const acquiring = new MultiLock([a, b]).acquire({signal: controller.signal});
	await onlooker.queued('/abort/a', 1);
	await onlooker.queued('/abort/b', 2);
	controller.abort('enough');
	const error = await t.throwsAsync(acquiring, {code: 'ABORTED'});
	t.is(error?.cause, 'enough');
	await onlooker.queued('/abort/a', 0);
	t.is(await new MultiLock([a, b]).tryAcquire(), undefined);
	await onlooker.queued('/abort/a', 0);
	await held.release();
	const group = await new MultiLock([a, b]).tryAcquire();
	t.is(group?.leases.length, 2);
	await group?.release();
	await onlooker.nothingLeft('/abort/a', client);
	await onlooker.nothingLeft('/abort/b', client);
});

test('one that is lost while another is waited for is taken again', async t => {
	await using client = await connect(onlooker.server.connectString);
	const [a, b] = [new Mutex(client, '/anew/a'), new Mutex(client, '/anew/b')];
	const held = await b.acquire();
	const acquiring = new MultiLock([a, b]).acquire();
	await onlooker.queued('/anew/b', 2);
	const [name] = await onlooker.queued('/anew/a', 1);
	await onlooker.client.delete(`/anew/a/${name}`);
	await onlooker.queued('/anew/a', 1);
	await held.release();
	const group = await acquiring;
	group.throwIfLost();
	t.not(group.leases[0]?.path, `/anew/a/${name}`);
	await group.release();
	await onlooker.nothingLeft('/anew/a', client);
	await onlooker.nothingLeft('/anew/b', client);
});

test('the group ends with the first that is lost, and gives back the others', async t => {
	await using client = await connect(onlooker.server.connectString);
	const [a, b] = [new Mutex(client, '/first/a'), new Mutex(client, '/first/b')];
	const running = new MultiLock([a, b]).run(async ({leases, signal}) => {
		const ended = new Promise(resolve => {
			signal.addEventListener('abort', resolve);
		});
		await onlooker.client.delete(leases[1]?.path ?? '');
		await ended;
		t.is((signal.reason as LeaseLostError).path, leases[1]?.path ?? '');
	});
	await t.throwsAsync(running, {code: 'LEASE_LOST'});
	await onlooker.nothingLeft('/first/a', client);
	await onlooker.nothingLeft('/first/b', client);
});

test('what fails in a release keeps none of the others', async t => {
	await using client = await connect(onlooker.server.connectString);
	const a = new Mutex(client, '/fails/a');
	const broken = new Mutex(client, '/fails/b');
	const stubborn = {
		path: '/fails/b',
		tryAcquire: broken.tryAcquire.bind(broken),
		run: broken.run.bind(broken),
		acquire: async () => {
			const lease = await broken.acquire();
			return Object.assign(lease, {
				release: () => Promise.reject(new Error('will not')),
			});
		},
	};
	const group = await new MultiLock([a, stubborn]).acquire();
	await t.throwsAsync(group.release(), {message: 'will not'});
	await onlooker.queued('/fails/a', 0);
});

test('a closed client ends the wait, and bad arguments are refused', async t => {
	const client = await connect(onlooker.server.connectString);
	const [a, b] = [new Mutex(client, '/closed/a'), new Mutex(onlooker.client, '/closed/b')];
	const held = await b.acquire();
	const acquiring = new MultiLock([a, b]).acquire();
	await onlooker.queued('/closed/b', 2);
	await client.close();
	const error = await t.throwsAsync(acquiring);
	t.true(isCoordinationError(error, 'CLIENT_CLOSED'));
	await held.release();
	await onlooker.nothingLeft('/closed/b');
	for (const locks of [[], [a, a], undefined]) {
		t.throws(() => new MultiLock(locks as Mutex[]), {code: 'INVALID_ARGUMENT'});
	}
});
