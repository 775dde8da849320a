import {type Client, NoNodeError, TransactionError} from '../../lib/index.ts';
import type {Lease} from '../lease.ts';
import type {Membership} from './membership.ts';
import {persistently} from './persistently.ts';
import type {CarrierPosition, Sink} from './sink/sink.ts';
import {laneKey, type TopicPartition} from './topic-partition.ts';

/** A lane that this worker has recorded itself in. */
export type RecoveringLane = {
	readonly lane: TopicPartition;
	readonly lease: Lease;
	/** The lock is gone: the lane is no longer ours. */
	readonly lose: () => void;
	/** Where the sink says the lane is. */
	readonly settle: (position: CarrierPosition | undefined) => void;
};

export type RecoveryRoom = {
	readonly client: Client;
	readonly sink: Sink;
	readonly membership: Membership;
	/** As of the moment of the call. */
	readonly lanes: () => readonly RecoveringLane[];
	readonly signal: AbortSignal;
	readonly onFailure: (error: unknown) => void;
};

/**
 * After a transaction whose outcome is not known, or that was fenced: makes the sink decide it, proves by a write that the lanes are still this worker's, and reads how
 * far they got. Repeats until it succeeds; each lane is told the outcome. @throws what cannot get better: a foreign carrier, the session's end
 */
export async function recover(room: RecoveryRoom): Promise<void> {
	await persistently(async () => {
		await room.sink.initProducer(room);
		await validate(room);
		await reread(room);
	}, room);
}

/**
 * An epoch got after this worker had been fenced is a valid one: only a quorum's write that finds every lock in place makes it usable. A read could be stale, and a write
 * whose reply was lost proves nothing.
 */
export async function validate({client, membership, lanes, signal}: RecoveryRoom): Promise<void> {
	for (;;) {
		const held = lanes();
		const transaction = client.transaction();
		for (const {lease} of held) transaction.check(lease.path);
		membership.touch(transaction);
		try {
			await transaction.commit({signal});
			return;
		} catch (error) {
			if (!(error instanceof TransactionError) || !(error.cause instanceof NoNodeError)) throw error;
			const gone = held[error.index];
			if (gone) gone.lose();
			else await membership.join({signal});
		}
	}
}

/** T5 and T6 for all lanes at once. */
async function reread({sink, lanes, signal}: RecoveryRoom): Promise<void> {
	const held = lanes();
	const positions =
		held.length === 0
			? new Map()
			: await sink.positions(
					held.map(({lane}) => lane),
					{signal},
				);
	const still = new Set(lanes().map(({lease}) => lease));
	for (const {lane, lease, settle} of held) if (still.has(lease)) settle(positions.get(laneKey(lane)));
}
