import test from 'ava';
import {connect, readAcl} from '../../lib/index.ts';
import {type CloseMode, LeaderLatch, type Leadership} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

function logged(leadership: Leadership, log: string[] = [], name = ''): string[] {
	leadership
		.on('isLeader', () => log.push(`${name}+`))
		.on('notLeader', ({signal}) => log.push(`${name}-${signal.aborted ? signal.reason.reason : ''}`))
		.on('failed', () => log.push(`${name}!`));
	return log;
}

async function length(log: readonly string[], count: number): Promise<void> {
	await eventually(
		() => [...log],
		seen => seen.length === count,
	);
}

test('who resigns queues again, behind the others', async t => {
	await using client = await connect(onlooker.server.connectString);
	const latches = ['a', 'b'].map(id => new LeaderLatch(client, '/part/resign', {id}));
	const [a, b] = latches.map(latch => latch.start());
	if (!a || !b) throw new Error('two take part');
	const log = logged(a, [], 'a');
	logged(b, log, 'b');
	const first = await a.whenLeader();
	t.is(first.id, 'a');
	await onlooker.queued('/part/resign', 2);
	t.false(b.isLeader);
	a.resign();
	const second = await b.whenLeader();
	t.true(second.fencingToken > first.fencingToken);
	t.is(a.term, undefined);
	const everybody = await eventually(
		() => latches[0]?.participants() ?? [],
		participants => participants.length === 2,
	);
	t.deepEqual(
		everybody.map(({id, isLeader}) => `${id} ${isLeader}`),
		['b true', 'a false'],
	);
	b.resign();
	await a.whenLeader();
	t.true(a.isLeader);
	t.deepEqual(log, ['a+', 'a-', 'b+', 'b-', 'a+']);
	await Promise.all([a.close(), b.close()]);
	await onlooker.nothingLeft('/part/resign', client);
});

test('a term that is lost is told, and followed by another', async t => {
	await using client = await connect(onlooker.server.connectString);
	const leadership = new LeaderLatch(client, '/part/lost').start();
	const log = logged(leadership);
	const {path} = await leadership.whenLeader();
	await onlooker.client.delete(path);
	await length(log, 3);
	await onlooker.expire(client);
	await length(log, 5);
	// Killed by the server, it hears of its connection's end first.
	t.regex(log[3] ?? '', /^-(?:suspended|session)$/);
	t.deepEqual(log.toSpliced(3, 1), ['+', '-deleted', '+', '+']);
	await leadership.close();
	await onlooker.nothingLeft('/part/lost', client);
});

test('a close says it or not, as it was asked to', async t => {
	await using client = await connect(onlooker.server.connectString);
	const latch = new LeaderLatch(client, '/part/close');
	const told = async (leads: boolean, byStart: CloseMode | undefined, byClose?: CloseMode): Promise<string> => {
		const leadership = latch.start({closeMode: byStart});
		const log = logged(leadership);
		if (leads) await leadership.whenLeader();
		await leadership.close(byClose);
		await leadership.close('notify-leader');
		await t.throwsAsync(leadership.whenLeader(), {code: 'CLIENT_CLOSED'});
		t.false(leadership.isLeader);
		return log.join('');
	};
	t.is(await told(true, undefined), '+');
	t.is(await told(true, 'notify-leader'), '+-');
	t.is(await told(true, 'notify-leader', 'silent'), '+');
	t.is(await told(true, 'silent', 'notify-leader'), '+-');
	t.is(await told(false, 'notify-leader'), '');
	await onlooker.nothingLeft('/part/close', client);
});

test('a refusal ends it, and so does the client', async t => {
	const client = await connect(onlooker.server.connectString);
	await client.create('/part-refused', '', {acl: readAcl});
	const refused = new LeaderLatch(client, '/part-refused').start();
	const log = logged(refused);
	await t.throwsAsync(refused.whenLeader(), {code: 'NO_AUTH'});
	await length(log, 1);
	t.deepEqual(log, ['!']);
	const closing = new LeaderLatch(client, '/part/client').start();
	const heard = logged(closing);
	const waiting = t.throwsAsync(new LeaderLatch(client, '/part/client').start().whenLeader(), {code: 'CLIENT_CLOSED'});
	await closing.whenLeader();
	await client.close();
	await waiting;
	await length(heard, 2);
	t.deepEqual(heard, ['+', '-closed']);
	await refused.close();
	await closing.close();
});

test('a wait for a term can be aborted; bad arguments are refused', async t => {
	await using client = await connect(onlooker.server.connectString);
	const latch = new LeaderLatch(client, '/part/abort');
	await using term = await latch.acquire();
	await using leadership = latch.start();
	const controller = new AbortController();
	const waiting = leadership.whenLeader({signal: controller.signal});
	await onlooker.queued('/part/abort', 2);
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
	t.is((await onlooker.names('/part/abort')).length, 2);
	term.throwIfLost();
	t.throws(() => latch.start({closeMode: 'loud' as 'silent'}), {code: 'INVALID_ARGUMENT'});
	t.throws(() => latch.start({revokeOn: 'never' as 'lost'}), {code: 'INVALID_ARGUMENT'});
});
