import test from 'ava';
import {connect, nameOf} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {LeaderSelector, type LeaseLostError, Mutex, type Term} from '../../recipes/index.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

/** Work that lasts until its term's signal; `terms` gets each term. */
function untilEnd(began: (term: Term) => void): (term: Term) => Promise<void> {
	return term =>
		new Promise(resolve => {
			term.signal.addEventListener('abort', () => resolve());
			began(term);
		});
}

test('leads once, and ends', async t => {
	await using client = await connect(onlooker.server.connectString);
	let seen: Term | undefined;
	const selector: LeaderSelector = new LeaderSelector(
		client,
		'/selector/once',
		async term => {
			seen = term;
			t.true(selector.isLeader);
			t.is(String((await client.get(term.path)).data), 'me');
			t.deepEqual(await selector.participants(), [{id: 'me', path: term.path, isLeader: true}]);
		},
		{id: 'me'},
	);
	await selector.run();
	t.is(seen?.id, 'me');
	t.regex(nameOf(seen?.path ?? ''), /^_c_[\da-f-]{36}-lock-\d{10}$/);
	t.false(selector.isLeader);
	await onlooker.nothingLeft('/selector/once', client);
});

test('with requeue, participants take turns until they are aborted', async t => {
	await using client = await connect(onlooker.server.connectString);
	await using other = await connect(onlooker.server.connectString);
	const controller = new AbortController();
	const turns: string[] = [];
	let leaders = 0;
	const start = (id: string, of: typeof client): Promise<void> =>
		new LeaderSelector(
			of,
			'/selector/turns',
			async () => {
				t.is(++leaders, 1);
				turns.push(id);
				if (turns.length === 1) await onlooker.queued('/selector/turns', 2);
				await of.exists('/selector/turns');
				leaders--;
				if (turns.length >= 10) controller.abort();
			},
			{id, requeue: true},
		).run({signal: controller.signal});
	await Promise.all([start('a', client), start('b', other)]);
	t.true(turns.filter(id => id === 'a').length >= 3);
	t.true(turns.filter(id => id === 'b').length >= 3);
	await onlooker.nothingLeft('/selector/turns', client, other);
});

test('an abort interrupts the leader, waits for its work, and ends without an error', async t => {
	await using client = await connect(onlooker.server.connectString);
	const controller = new AbortController();
	const leading = deferred<Term>();
	const settle = deferred();
	const selector = new LeaderSelector(client, '/selector/abort', async term => {
		leading.resolve(term);
		await settle.promise;
	});
	let ended = false;
	const running = selector.run({signal: controller.signal}).then(() => {
		ended = true;
	});
	const term = await leading.promise;
	const waiting = selector.run({signal: controller.signal});
	await onlooker.queued('/selector/abort', 2);
	controller.abort();
	await waiting;
	t.true(term.signal.aborted);
	t.is((term.signal.reason as LeaseLostError).reason, 'interrupted');
	t.throws(() => term.throwIfLost(), {code: 'LEASE_LOST'});
	t.is(await new Mutex(client, '/selector/abort').tryAcquire(), undefined, 'nobody leads beside work that still runs');
	t.false(ended);
	settle.resolve();
	await running;
	await onlooker.nothingLeft('/selector/abort', client);
});

test('interruptLeadership hands over to the next, and queues again with requeue', async t => {
	await using client = await connect(onlooker.server.connectString);
	const controller = new AbortController();
	const {signal} = controller;
	const order: string[] = [];
	const began = {a: deferred(), b: deferred(), again: deferred()};
	const a = new LeaderSelector(
		client,
		'/selector/interrupt',
		untilEnd(() => {
			order.push('a');
			(order.length === 1 ? began.a : began.again).resolve();
		}),
		{id: 'a', requeue: true},
	);
	const b = new LeaderSelector(
		client,
		'/selector/interrupt',
		untilEnd(() => {
			order.push('b');
			began.b.resolve();
		}),
		{id: 'b'},
	);
	const running = a.run({signal});
	await began.a.promise;
	const other = b.run({signal});
	await onlooker.queued('/selector/interrupt', 2);
	t.deepEqual(
		(await b.participants()).map(({id, isLeader}) => ({id, isLeader})),
		[
			{id: 'a', isLeader: true},
			{id: 'b', isLeader: false},
		],
	);
	a.interruptLeadership();
	await began.b.promise;
	await onlooker.queued('/selector/interrupt', 2);
	b.interruptLeadership();
	await other;
	await began.again.promise;
	controller.abort();
	await running;
	t.deepEqual(order, ['a', 'b', 'a']);
	a.interruptLeadership();
	await onlooker.nothingLeft('/selector/interrupt', client);
});

test('a term that is lost: with requeue it leads again, without it run rejects', async t => {
	await using client = await connect(onlooker.server.connectString);
	const controller = new AbortController();
	const terms: Term[] = [];
	const work = untilEnd(term => {
		terms.push(term);
		if (terms.length === 2) controller.abort();
		else void onlooker.client.delete(term.path);
	});
	await new LeaderSelector(client, '/selector/lost', work, {requeue: true}).run({signal: controller.signal});
	t.is(terms.length, 2);
	t.deepEqual(
		terms.map(({signal}) => (signal.reason as LeaseLostError).reason),
		['deleted', 'interrupted'],
	);
	const once = new LeaderSelector(client, '/selector/lost', work).run();
	const error = await t.throwsAsync(once, {code: 'LEASE_LOST'});
	t.is((error as LeaseLostError).reason, 'deleted');
	await onlooker.nothingLeft('/selector/lost', client);
});

test('work that throws ends the run, also with requeue; bad arguments are refused', async t => {
	await using client = await connect(onlooker.server.connectString);
	const work = (): never => {
		throw new Error('mine');
	};
	await t.throwsAsync(new LeaderSelector(client, '/selector/throws', work, {requeue: true}).run(), {message: 'mine'});
	await onlooker.nothingLeft('/selector/throws', client);
	t.throws(() => new LeaderSelector(client, 'bad', work), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new LeaderSelector(client, '/bad', 1 as never), {code: 'INVALID_ARGUMENT'});
	t.throws(() => new LeaderSelector(client, '/bad', work, {id: 1 as never}), {code: 'INVALID_ARGUMENT'});
});
