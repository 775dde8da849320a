import type {Departure} from './departure.ts';

/** Whoever wants to hear what the server would tell a round trip later. */
export type Mate = {
	/** A child of the queue that stands for nobody any more, although it may still be there. */
	gone(name: string): void;
};

/** The contenders of one process in one queue. */
export type Mates = {
	joined(mate: Mate): void;
	/**
	 * It waits and holds no longer; called again when the znode of a lost lease is given up.
	 *
	 * @param departure of its znode, if one is known: whoever is told has it sent
	 */
	left(mate: Mate, departure?: Departure): void;
	/** The deletion of the last one's znode, for whoever comes next to take along. */
	claimDeparture(): Departure | undefined;
};
