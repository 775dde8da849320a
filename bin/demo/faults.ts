import type {TestingBroker, TestingServer} from '../../lib/testing/index.ts';
import type {Board, LaneRow} from './board.ts';
import type {Crew} from './crew.ts';
import {DemoError} from './demo-error.ts';
import type {Observer} from './observer.ts';
import {until} from './until.ts';
import type {Witness} from './witness.ts';

/** What the faults are done to, and how their effect is seen. */
export type Stage = {
	readonly board: Board;
	readonly crew: Crew;
	readonly observer: Observer;
	readonly witness: Witness;
	readonly zooKeeper: TestingServer;
	readonly kafka: TestingBroker;
};

/**
 * SIGKILL to the worker that leads, at the moment when its commit is on the way: the proxy holds its EndTxn back, so that the broker has the
 * transaction open. The request is let through when others have taken the lanes over, and must then be refused.
 */
export async function killInsideTransaction(stage: Stage, signal: AbortSignal): Promise<void> {
	const {board, crew, observer, witness, kafka} = stage;
	const victim = await until('a leader that owns lanes', () => owners(observer, id => id === observer.last.leader)[0], {
		signal,
	});
	const id = victim.owner;
	const {transactionalId} = victim;
	using held = kafka.proxy.hold({
		request: 'EndTxn',
		where: ({bytes}) => bytes.includes(transactionalId),
		signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
	});
	await held.arrived;
	await crew.kill(id);
	const state = await witness.transactionState(transactionalId);
	if (state !== 'Ongoing')
		throw new DemoError('UNEXPECTED', `the transaction of ${id} should be Ongoing, the broker says ${state}`);
	board.note(`${id} killed in a transaction (EndTxn held back); the broker says: ${state}`, 'fault');
	const heirs = await until(`the lanes of ${id} with new owners`, () => heirsOf(id, observer), {signal});
	board.note(`the lanes of ${id} went to ${heirs.join(' and ')}`, 'good');
	held.release();
	const settled = await witness.transactionState(transactionalId);
	board.note(`the EndTxn of ${id}, let through now, comes too late; the broker says: ${settled}`);
}

/** SIGSTOP to a worker until ZooKeeper has ended its session, then SIGCONT: it wakes up believing that it still owns its lanes. */
export async function freezePastSession({board, crew, observer}: Stage, signal: AbortSignal): Promise<void> {
	const victim = await until(
		'a worker that owns lanes and does not lead',
		() => owners(observer, id => id !== observer.last.leader)[0],
		{signal},
	);
	const id = victim.owner;
	{
		await using process = crew.freeze(id);
		await process.frozen;
		board.note(`${id} frozen`, 'fault');
		await until(`the end of the session of ${id}`, () => observer.last.members.includes(id) === false || undefined, {
			signal,
		});
		const heirs = await until(`the lanes of ${id} with new owners`, () => heirsOf(id, observer), {signal});
		board.note(`the session of ${id} is over, its lanes went to ${heirs.join(' and ')}`, 'good');
	}
	board.showWorker(id, 'woken');
	board.note(`${id} woken`, 'fault');
	await until(`${id} with a new session`, () => observer.last.members.includes(id) || undefined, {signal});
	board.showWorker(id, 'working');
	board.note(`${id} is back with a new session`, 'good');
}

/** ZooKeeper goes away and comes back on the same data. Sessions outlive that, and the records go on meanwhile. */
export async function restartZooKeeper({board, zooKeeper}: Stage, signal: AbortSignal): Promise<void> {
	await zooKeeper.stop();
	board.note('ZooKeeper stopped', 'fault');
	await zooKeeper.restart({signal});
	board.note('ZooKeeper is back', 'good');
}

/** One more worker; settles when it has lanes of its own. */
export async function join({board, crew, observer}: Stage, id: string, signal: AbortSignal): Promise<void> {
	crew.hire(id);
	board.note(`${id} joins`);
	await until(`a lane for ${id}`, () => owners(observer, owner => owner === id)[0], {signal});
}

type OwnedLane = LaneRow & {readonly owner: string; readonly transactionalId: string};

/** The lanes whose owner is present and satisfies `is`. */
function owners({last}: Observer, is: (owner: string) => boolean): readonly OwnedLane[] {
	return last.lanes.filter(
		(lane): lane is OwnedLane =>
			lane.owner !== undefined &&
			lane.transactionalId !== undefined &&
			last.members.includes(lane.owner) &&
			is(lane.owner),
	);
}

/** Who owns lanes, once `id` owns none any more. */
function heirsOf(id: string, {last}: Observer): readonly string[] | undefined {
	const present = new Set(last.lanes.map(({owner}) => owner ?? ''));
	return present.has(id) ? undefined : [...present].sort();
}
