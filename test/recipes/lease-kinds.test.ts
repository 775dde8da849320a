import test from 'ava';
import {type Client, connect, nameOf, parentOf} from '../../lib/index.ts';
import {
	type AcquireOptions,
	LeaderLatch,
	LeaderSelector,
	type Lease,
	LeaseLostError,
	Mutex,
	type Queued,
	ReadWriteLock,
	Semaphore,
	SemaphoreMutex,
	SharedCount,
} from '../../recipes/index.ts';
import type {FrameMatch, ProxiedOperation} from '../../lib/testing/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';
import {byDowngrade, byLeadership, byMultiLock, bySelector, type Held, heldBy} from '../helpers/ways-to-hold.ts';

let onlooker: QueueOnlooker;
let count: SharedCount;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
	count = await SharedCount.open(onlooker.client, '/kinds-count', {seed: 2});
});
test.after.always(async () => {
	await count?.close();
	await onlooker?.[Symbol.asyncDispose]();
});

type Kind = {
	acquire(options: AcquireOptions): Promise<Held>;
	participants?(): Promise<readonly Pick<Queued, 'path'>[]>;
	/** Where its znodes are, below or beside the path. @default at the path itself */
	readonly queues?: readonly string[];
};

type Lockable = {
	acquire(options: AcquireOptions): Promise<Lease>;
	participants(): Promise<readonly Pick<Queued, 'path'>[]>;
};

function single(lock: Lockable, queues: readonly string[] = ['']): Kind {
	return {
		acquire: async options => heldBy(await lock.acquire(options)),
		participants: () => lock.participants(),
		queues,
	};
}

const semaphoreQueues = ['/locks', '/leases'];

const kinds: Readonly<Record<string, (client: Client, path: string) => Kind>> = {
	mutex: (client, path) => single(new Mutex(client, path)),
	strict: (client, path) => single(new Mutex(client, path, {strictCurator: true})),
	read: (client, path) => single(new ReadWriteLock(client, path).read),
	write: (client, path) => single(new ReadWriteLock(client, path).write),
	downgrade: (client, path) => {
		const lock = new ReadWriteLock(client, path);
		return {
			acquire: async options => heldBy(await byDowngrade(lock, options)),
			participants: () => lock.read.participants(),
		};
	},
	semaphore: (client, path) => single(new Semaphore(client, path, {leases: 2}), semaphoreQueues),
	counted: (client, path) => single(new Semaphore(client, path, {leases: count}), semaphoreQueues),
	many: (client, path) => {
		const semaphore = new Semaphore(client, path, {leases: 2});
		return {
			acquire: async options => heldBy(await semaphore.acquireMany(2, options)),
			participants: () => semaphore.participants(),
			queues: semaphoreQueues,
		};
	},
	'semaphore-mutex': (client, path) => single(new SemaphoreMutex(client, path), semaphoreQueues),
	'multi-lock': (client, path) => ({
		acquire: options => byMultiLock(client, path, options),
		queues: ['', '-and'],
	}),
	latch: (client, path) => single(new LeaderLatch(client, path)),
	leadership: (client, path) => {
		const latch = new LeaderLatch(client, path);
		return {acquire: options => byLeadership(latch, options), participants: () => latch.participants()};
	},
	selector: (client, path) => ({
		acquire: options => bySelector(client, path, options),
		participants: () => new LeaderSelector(client, path, () => {}).participants(),
	}),
};

async function nothingLeft({queues = ['']}: Kind, path: string, client: Client): Promise<void> {
	for (const queue of queues) await onlooker.nothingLeft(path + queue, client);
}

/** Which frames an acquire sends, each by its operation and how many of the same came before it. */
async function requestsOf(kind: Kind, {proxy}: ProxiedClient): Promise<Frame[]> {
	await (await kind.acquire({})).release();
	// Nobody waits for the watches on the own znodes, and they may come later.
	const recording = proxy.record({ignore: ['ping', 'getData']});
	const held = await kind.acquire({});
	recording.stop();
	await held.release();
	const ops = recording.requests.flatMap(({op}) => (op === 'unknown' ? [] : [op]));
	return ops.map((op, index) => ({op, earlier: ops.slice(0, index).filter(other => other === op).length}));
}

type Frame = {readonly op: ProxiedOperation; readonly earlier: number};

function frameMatch(side: 'request' | 'reply', {op, earlier}: Frame): FrameMatch {
	let seen = 0;
	const where = (): boolean => seen++ === earlier;
	return side === 'request' ? {request: op, where} : {reply: op, where};
}

for (const [name, open] of Object.entries(kinds)) {
	test(`${name}: an abort at any request leaves nothing`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/abort-${name}`;
		const kind = open(one.client, path);
		const frames = await requestsOf(kind, one);
		t.true(frames.length > 0);
		for (const frame of frames) {
			for (const side of ['request', 'reply'] as const) {
				const held = one.proxy.hold(frameMatch(side, frame));
				const controller = new AbortController();
				const acquiring = kind.acquire({signal: controller.signal});
				acquiring.catch(() => {});
				await held.arrived;
				controller.abort('enough');
				// It is told at once, with the frame still on its way; unless that was not waited for.
				const lease = await acquiring.catch(error => {
					t.is(error.code, 'ABORTED', `${side} of ${frame.op}`);
				});
				held.release();
				await lease?.release();
				await nothingLeft(kind, path, one.client);
			}
		}
	});

	test(`${name}: a connection lost at any request costs no lease and leaves none behind`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/reset-${name}`;
		const kind = open(one.client, path);
		for (const frame of await requestsOf(kind, one)) {
			for (const side of ['request', 'reply'] as const) {
				using rule = one.proxy.resetOn(frameMatch(side, frame));
				const held = await kind.acquire({revokeOn: 'lost'});
				held.throwIfLost();
				for (const queue of new Set(held.leases.map(lease => parentOf(lease.path)))) {
					const mine = held.leases.filter(lease => parentOf(lease.path) === queue);
					const names = await onlooker.queued(queue, mine.length);
					t.deepEqual(names.toSorted(), mine.map(lease => nameOf(lease.path)).toSorted());
				}
				for (const lease of held.leases) t.is((await onlooker.client.exists(lease.path))?.czxid, lease.fencingToken);
				await held.release();
				await rule.arrived;
				await nothingLeft(kind, path, one.client);
			}
		}
	});

	test(`${name}: what ends a lease is told by its signal`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		const path = `/end-${name}`;
		const kind = open(one.client, path);
		const endings = {
			deleted: (held: Held) => onlooker.client.delete(held.leases.at(-1)?.path ?? ''),
			suspended: () => one.proxy.reset(),
			session: () => onlooker.expire(one.client),
			closed: () => one.client.close(),
		};
		let token = 0n;
		for (const [reason, end] of Object.entries(endings)) {
			const held = await kind.acquire({revokeOn: reason === 'suspended' ? 'suspended' : 'lost'});
			t.true(held.fencingToken > token);
			token = held.fencingToken;
			await end(held);
			await eventually(
				() => held.signal.aborted,
				aborted => aborted,
			);
			t.true(held.signal.reason instanceof LeaseLostError && held.signal.reason.reason === reason, reason);
			t.throws(() => held.throwIfLost(), {instanceOf: LeaseLostError});
			await held.release();
			await nothingLeft(kind, path, one.client);
		}
	});

	test(`${name}: its participants are told, and it fences, also in a namespace`, async t => {
		await using client = await connect(onlooker.server.connectString);
		await using inside = client.namespace('inside');
		const path = `/told-${name}`;
		const kind = open(inside, path);
		const held = await kind.acquire({});
		const told = await kind.participants?.();
		if (told) t.deepEqual(told.map(each => each.path).toSorted(), held.leases.map(each => each.path).toSorted());
		await held.fenced(inside.transaction()).create(`${path}-done`, '').commit();
		t.truthy(await client.exists(`/inside${path}-done`));
		const usurped = held.leases.at(-1)?.path ?? '';
		await onlooker.client.delete(`/inside${usurped}`);
		const late = held.fenced(inside.transaction()).create(`${path}-late`, '').commit();
		t.is((await t.throwsAsync(late, {instanceOf: LeaseLostError}))?.path, usurped);
		t.is(await client.exists(`/inside${path}-late`), undefined);
		await held.release();
	});
}
