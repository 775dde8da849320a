import {setImmediate} from 'node:timers/promises';
import type {HeldLane} from './held-lane.ts';
import {persistently} from './persistently.ts';
import type {Candidate, Outcomes, takeOver, TakeoverRoom} from './takeover.ts';

export type LaneTakeoversOptions = {
	readonly room: TakeoverRoom;
	readonly takeOver: typeof takeOver;
	/** Resolves when the worker's own transaction in flight is decided. */
	readonly settled: () => Promise<void>;
	/** Runs `work` while no recovery runs. */
	readonly exclusively: (work: () => Promise<void>) => Promise<void>;
	/** Whether some lock is waited for. */
	readonly isExpecting: () => boolean;
	readonly onOutcomes: (lanes: readonly HeldLane[], outcomes: Outcomes) => void;
	readonly onFailure: (error: unknown) => void;
	readonly onFatal: (error: unknown) => void;
};

/**
 * The locks that a dead worker leaves come one close behind the other, some after a second request, for a znode above them that had been cleared away: they are taken
 * over together, with one fence and one look at the sink. So many round trips are spent on it at the most.
 */
const longestGathering = 4;

/** Takes lanes over as their locks come, one batch at a time. */
export class LaneTakeovers {
	readonly #options: LaneTakeoversOptions;
	#waiting: HeldLane[] = [];
	#isTaking = false;

	constructor(options: LaneTakeoversOptions) {
		this.#options = options;
	}

	add(held: HeldLane): void {
		this.#waiting.push(held);
		if (!this.#isTaking) void this.#takeAll();
	}

	async #takeAll(): Promise<void> {
		const {room, settled, exclusively, onFatal} = this.#options;
		this.#isTaking = true;
		try {
			while (this.#waiting.length > 0) {
				await this.#gather();
				const batch = this.#waiting.splice(0);
				// A lane lost and taken again may still be part of this worker's own transaction: its outcome comes first.
				await settled();
				await exclusively(() => this.#take(batch));
			}
		} catch (error) {
			if (!room.signal.aborted) onFatal(error);
		} finally {
			this.#isTaking = false;
		}
	}

	/** Ends when no lock is waited for, or a round trip has brought none: a server answers in order, so a read is answered behind every lock that could be granted before it. */
	async #gather(): Promise<void> {
		const {isExpecting, room, onFailure} = this.#options;
		const {client, paths, signal} = room;
		let gathered = 0;
		for (let trips = 0; trips < longestGathering && isExpecting() && gathered < this.#waiting.length; trips++) {
			gathered = this.#waiting.length;
			await persistently(() => client.exists(paths.group, {signal}), {signal, onFailure});
			// Locks that came in the same turn are still on their way through their promises.
			await setImmediate(undefined, {signal});
		}
	}

	async #take(batch: readonly HeldLane[]): Promise<void> {
		const {room, onOutcomes, onFailure} = this.#options;
		const outcomes = await persistently(
			() => {
				const candidates = batch.flatMap(({lane, lease, isBeingTaken, tell}): readonly Candidate[] => {
					if (!lease || !isBeingTaken) return [];
					tell({type: 'outrun'});
					return [{lane, lease, tell}];
				});
				return this.#options.takeOver(candidates, room);
			},
			{signal: room.signal, onFailure},
		);
		onOutcomes(batch, outcomes);
	}
}
