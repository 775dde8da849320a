/** Whoever wants to hear what the server would tell a round trip later. */
export type Mate = {
	/** A child of the queue that stands for nobody any more, although it may still be there. */
	gone(name: string): void;
};

/** A znode that was given up by its contender. */
export type GivenUp = {
	readonly name: string;
	/** Resolves when it is gone, or as good as gone. */
	readonly gone: Promise<void>;
};

/** The contenders of one process in one queue. */
export type Mates = {
	joined(mate: Mate): void;
	/**
	 * It waits and holds no longer; called again when the znode of a lost lease is given up.
	 *
	 * @param givenUp its znode, if one is known whose deletion was sent
	 */
	left(mate: Mate, givenUp?: GivenUp): void;
};
