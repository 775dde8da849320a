import {setTimeout as sleep} from 'node:timers/promises';
import type {ReplyFrame} from '../../lib/testing/index.ts';
import type {Fleet} from './fleet.ts';
import type {FleetWorker} from './fleet-worker.ts';

/** Some worker that owns lanes and is at work, with its transactional id. Another one each time, as far as `turn` grows. */
export async function someOwner(
	fleet: Fleet,
	turn = 0,
): Promise<{readonly worker: FleetWorker; readonly transactionalId: string}> {
	return fleet.until('a worker with lanes', () => {
		const owners = fleet.workers.filter(({id}) => fleet.lanes(id).some(({clean}) => !clean));
		const worker = owners[turn % owners.length];
		const [lane] = worker ? fleet.lanes(worker.id) : [];
		return worker && lane && {worker, transactionalId: lane.txn};
	});
}

/** EndTxn 1: length, correlation id, throttle time, error code. */
function endTxnError({bytes}: ReplyFrame): number {
	return bytes.readInt16BE(12);
}

/**
 * SIGKILL to a worker whose EndTxn is on its way: the broker has the transaction open. The frame is lost, or comes late, when others have the lanes: then it must be
 * refused. Another worker comes in its place.
 *
 * @returns what the broker said of the transaction at the kill, and what it answered to the late frame
 */
export async function killInsideTransaction(
	fleet: Fleet,
	{turn, isLate}: {readonly turn: number; readonly isLate: boolean},
): Promise<{readonly state: string; readonly refusal: number | undefined}> {
	const {worker, transactionalId} = await someOwner(fleet, turn);
	const {proxy} = fleet.kafka;
	using held = proxy.hold({request: 'EndTxn', where: ({bytes}) => bytes.includes(transactionalId)});
	await held.arrived;
	await worker.kill();
	const state = await fleet.witness.transactionState(transactionalId);
	fleet.hire();
	if (!isLate) held.drop();
	await fleet.until(`the lanes of ${worker.id} with others`, () => fleet.lanes(worker.id).length === 0);
	await fleet.flows();
	if (!isLate) return {state, refusal: undefined};
	const answered = proxy.observe({
		reply: 'EndTxn',
		where: ({request}) => request?.bytes.includes(transactionalId) ?? false,
	});
	held.release();
	return {state, refusal: endTxnError((await answered.arrived) as ReplyFrame)};
}

/** SIGSTOP to a worker until others have its lanes, then SIGCONT; it must be of use again. @param isInside its EndTxn is held meanwhile, and let through before the wake */
export async function freezePastSession(
	fleet: Fleet,
	{turn, isInside}: {readonly turn: number; readonly isInside: boolean},
): Promise<void> {
	const {worker, transactionalId} = await someOwner(fleet, turn);
	using held = isInside
		? fleet.kafka.proxy.hold({request: 'EndTxn', where: ({bytes}) => bytes.includes(transactionalId)})
		: undefined;
	await held?.arrived;
	{
		await using process = worker.freeze();
		await process.frozen;
		await fleet.until(`the lanes of ${worker.id} with others`, () => fleet.lanes(worker.id).length === 0);
		held?.release();
	}
	await fleet.until(`${worker.id} with lanes again`, () => fleet.lanes(worker.id).length > 0);
	await fleet.flows();
}

/** The commit is done, its acknowledgement is lost with the connection. */
export async function loseEndTxnReply(fleet: Fleet, turn = 0): Promise<void> {
	const {worker, transactionalId} = await someOwner(fleet, turn);
	const {recoveries} = worker;
	const lost = fleet.kafka.proxy.resetOn({
		reply: 'EndTxn',
		where: ({request}) => request?.bytes.includes(transactionalId) ?? false,
	});
	await lost.arrived;
	await fleet.until(`${worker.id} to recover`, () => worker.recoveries > recoveries);
	await fleet.flows();
}

export async function restartBroker(fleet: Fleet, how: 'stop' | 'kill'): Promise<void> {
	await fleet.kafka[how]();
	await fleet.kafka.restart();
	await fleet.flows();
}

export async function restartZooKeeper(fleet: Fleet, how: 'stop' | 'kill'): Promise<void> {
	await fleet.zooKeeper[how]();
	await fleet.zooKeeper.restart();
	await fleet.flows();
}

/** The event loop of a worker stands still until others have its lanes. */
export async function blockPastSession(fleet: Fleet, turn = 0): Promise<void> {
	const {worker} = await someOwner(fleet, turn);
	const blocked = worker.block(6000);
	await fleet.until(`the lanes of ${worker.id} with others`, () => fleet.lanes(worker.id).length === 0);
	await blocked;
	await fleet.until(`${worker.id} with lanes again`, () => fleet.lanes(worker.id).length > 0);
	await fleet.flows();
}

/** A worker comes, and one leaves in order. */
export async function comeAndGo(fleet: Fleet, turn = 0): Promise<void> {
	const newcomer = fleet.hire();
	await fleet.until(`lanes for ${newcomer.id}`, () => fleet.lanes(newcomer.id).length > 0);
	await fleet.flows();
	const {worker} = await someOwner(fleet, turn);
	await worker.leave();
	await fleet.flows();
}

/**
 * Every second another plan: somebody appears among the members who never takes a lane, and disappears in the next. The lanes meant for it are nobody's meanwhile.
 *
 * @returns how many plans there were
 */
export async function changePlans(fleet: Fleet, seconds: number): Promise<number> {
	const {client, groupId} = fleet;
	const path = `/docent/${groupId}/members/nobody`;
	const generation = async (): Promise<number> => {
		const {data} = await client.get(`/docent/${groupId}/assignment`);
		return (JSON.parse(String(data)) as {readonly generation: number}).generation;
	};
	const before = await generation();
	for (let second = 0; second < seconds; second++) {
		if (second % 2 === 0) await client.create(path, '{"v":1,"state":"active"}', {mode: 'ephemeral'});
		else await client.delete(path);
		await sleep(1000);
	}
	await client.deleteGuaranteed(path);
	const after = await generation();
	await fleet.flows();
	return after - before;
}
