import {type Client, isCoordinationError, TransactionError} from '../../lib/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import {LeaderLatch} from '../leader-latch.ts';
import {assign, type Plan} from './assignor.ts';
import type {ConsumerPaths} from './consumer-paths.ts';
import type {Feed} from './feed/feed.ts';
import {readMembers, watchMembers} from './membership.ts';

/** The plan in force. `generation` counts the plans; `by` is the worker that made it. */
export type Assignment = {readonly generation: number; readonly by: string; readonly plan: Plan};
type Published = Assignment & {readonly version: number | undefined};

/** The plan as it is published, and again whenever it changes. Ends on abort. */
export async function* watchAssignment(
	client: Client,
	paths: ConsumerPaths,
	{signal}: Cancellable,
): AsyncGenerator<Assignment, void, undefined> {
	for await (const _ of client.watch(paths.assignment, {signal})) {
		const {version, ...assignment} = await readAssignment(client, paths, {signal});
		if (version !== undefined) yield assignment;
	}
}

export type AssignorRoom = {
	readonly client: Client;
	readonly paths: ConsumerPaths;
	readonly workerId: string;
	readonly feed: Feed;
	/** How often the topics are asked for new partitions, in milliseconds. */
	readonly partitionsInterval: number;
	readonly onLeading: (isLeading: boolean) => void;
};

/** Makes the plans while this worker leads. Ends, by rejection, on abort. */
export async function runAssignor(room: AssignorRoom, signal: AbortSignal): Promise<never> {
	for (;;) {
		const latch = new LeaderLatch(room.client, room.paths.assignor, {id: room.workerId});
		const term = await latch.acquire({signal, revokeOn: 'lost'});
		const leading = AbortSignal.any([signal, term.signal]);
		room.onLeading(true);
		try {
			await lead(room, term.path, leading);
		} catch (error) {
			if (!leading.aborted) throw error;
		} finally {
			room.onLeading(false);
			await term.release();
		}
		signal.throwIfAborted();
	}
}

/** Publishes a plan whenever the members or the partitions ask for another one. Ends with the term. */
async function lead(room: AssignorRoom, latchPath: string, signal: AbortSignal): Promise<void> {
	const {client, paths, feed, workerId} = room;
	let last = await readAssignment(client, paths, {signal});
	let partitions = await feed.partitions();
	let isPlanning = false;
	let isAsked = false;
	const plan = async (): Promise<void> => {
		if (isPlanning) {
			isAsked = true;
			return;
		}
		isPlanning = true;
		try {
			do {
				isAsked = false;
				const members = await readMembers(client, paths, {signal});
				const next = assign({
					members: members.flatMap(({workerId: id, state}) => (state === 'active' ? [id] : [])),
					partitions,
					previous: last.plan,
				});
				if (last.version !== undefined && isSame(next, last.plan)) continue;
				const wanted: Assignment = {generation: last.generation + 1, by: workerId, plan: next};
				last = await publish(room, {...wanted, latchPath, last}, signal);
				if (!isSame(last.plan, next)) isAsked = true;
			} while (isAsked);
		} finally {
			isPlanning = false;
		}
	};
	const timer = setInterval(() => {
		void (async () => {
			try {
				partitions = await feed.partitions();
				await plan();
			} catch {
				// The next turn asks again; a plan that cannot be published is the watch's to report.
			}
		})();
	}, room.partitionsInterval);
	try {
		for await (const _ of watchMembers(client, paths, {signal})) await plan();
	} finally {
		clearInterval(timer);
	}
}

type Publication = Assignment & {readonly latchPath: string; readonly last: Published};

/** Only the holder of the latch gets its plan in, and only over the plan that it knew. */
async function publish(
	{client, paths}: AssignorRoom,
	{latchPath, last, ...assignment}: Publication,
	signal: AbortSignal,
): Promise<Published> {
	const {generation, by, plan} = assignment;
	const data = JSON.stringify({v: 1, generation, by, plan: Object.fromEntries(plan)});
	const transaction = client.transaction().check(latchPath);
	if (last.version === undefined) transaction.create(paths.assignment, data);
	else transaction.set(paths.assignment, data, {version: last.version});
	try {
		await transaction.commit({signal});
	} catch (error) {
		const isOutrun = error instanceof TransactionError && error.index === 1;
		if (!isOutrun && !isCoordinationError(error, 'CONNECTION_LOSS')) throw error;
		return readAssignment(client, paths, {signal});
	}
	return {...assignment, version: last.version === undefined ? 0 : last.version + 1};
}

async function readAssignment(client: Client, {assignment}: ConsumerPaths, {signal}: Cancellable): Promise<Published> {
	try {
		const [, {data, stat}] = await Promise.all([client.sync(assignment, {signal}), client.get(assignment, {signal})]);
		const {generation, by, plan} = JSON.parse(String(data)) as {
			readonly generation: number;
			readonly by: string;
			readonly plan: Readonly<Record<string, string>>;
		};
		return {generation, by, plan: new Map(Object.entries(plan)), version: stat.version};
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return {generation: 0, by: '', plan: new Map(), version: undefined};
		throw error;
	}
}

function isSame(a: Plan, b: Plan): boolean {
	return a.size === b.size && [...a].every(([lane, worker]) => b.get(lane) === worker);
}
