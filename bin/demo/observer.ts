import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, isCoordinationError} from '../../lib/index.ts';
import {LeaderLatch} from '../../recipes/index.ts';
import type {Board, LaneRow} from './board.ts';
import {groupPath} from './messages.ts';
import {input, partitions} from './topics.ts';

const interval = 200;

/** What ZooKeeper says of the group, as anybody may read it. */
export type Observation = {
	readonly members: readonly string[];
	readonly leader: string | undefined;
	readonly lanes: readonly LaneRow[];
};

/** Looks at the group's znodes again and again. Has no part in the work. */
export class Observer {
	readonly #client: Client;
	readonly #board: Board;
	readonly #latch: LeaderLatch;
	#last: Observation = {members: [], leader: undefined, lanes: emptyLanes};

	constructor(client: Client, board: Board) {
		this.#client = client;
		this.#board = board;
		this.#latch = new LeaderLatch(client, `${groupPath}/assignor`);
	}

	/** The last observation. While ZooKeeper is away it grows old. */
	get last(): Observation {
		return this.#last;
	}

	/** Looks on until the signal ends it. */
	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			await this.look(signal);
			await sleep(interval, undefined, {signal}).catch(() => {});
		}
	}

	/** Reads everything in one flight. Resolves to `undefined` while ZooKeeper is away: that is one of the faults. */
	async look(signal: AbortSignal): Promise<Observation | undefined> {
		try {
			const [members, [leader], ...lanes] = await Promise.all([
				this.#children(`${groupPath}/members`, signal),
				this.#latch.participants({signal}),
				...emptyLanes.map(async ({partition}) => this.#lane(partition, signal)),
			]);
			this.#last = {members, leader: leader?.id, lanes};
			this.#board.show({leader: leader?.id, lanes});
			return this.#last;
		} catch (error) {
			if (isCoordinationError(error)) return undefined;
			throw error;
		}
	}

	async #children(path: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
		return ignoreAbsence(async () => (await this.#client.children(path, {signal})).children, []);
	}

	async #lane(partition: number, signal: AbortSignal | undefined): Promise<LaneRow> {
		const path = `${groupPath}/lanes/${input}/${partition}/offset`;
		return ignoreAbsence(async () => {
			const {data} = await this.#client.get(path, {signal});
			return parseLane(partition, JSON.parse(data?.toString() ?? 'null'));
		}, emptyLane(partition));
	}
}

async function ignoreAbsence<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return otherwise;
		throw error;
	}
}

function emptyLane(partition: number): LaneRow {
	return {partition, owner: undefined, epoch: 0, next: 0, transactionalId: undefined};
}

const emptyLanes: readonly LaneRow[] = Array.from({length: partitions}, (_, partition) => emptyLane(partition));

/** The part of the offset znode's JSON that is shown. */
function parseLane(partition: number, value: unknown): LaneRow {
	const {next, epoch, owner, txn} = Object(value) as Record<'next' | 'epoch' | 'owner' | 'txn', unknown>;
	return {
		partition,
		owner: typeof owner === 'string' ? owner : undefined,
		epoch: Number(epoch ?? 0),
		next: Number(next ?? 0),
		transactionalId: typeof txn === 'string' ? txn : undefined,
	};
}
