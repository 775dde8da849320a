import {FaultRule, type FrameMatch} from './fault-rule.ts';

/** What the holder of a frame can still do with it. */
export type HeldFrame = {
	/** It goes on to where it was going. */
	readonly release: () => void;
	/** It vanishes; what was behind it goes on. */
	readonly drop: () => void;
	/** Its connection is reset; it and what was behind it are lost. */
	readonly reset: () => void;
};

/**
 * A rule that keeps frames back. What follows a held frame in the same direction of the same connection waits behind it, the end of the
 * stream included: a request that is held can be released after its client has died, and still reaches the server.
 */
export class HeldFrames extends FaultRule {
	readonly #held = new Set<HeldFrame>();

	constructor(match: FrameMatch, onEnd: (rule: FaultRule) => void) {
		super(match, 'hold', onEnd);
	}

	/** Ends the rule and sends on every frame that it holds. */
	release(): void {
		this.#settle('release');
	}

	/** Ends the rule and lets every frame that it holds vanish; the connections live on. */
	drop(): void {
		this.#settle('drop');
	}

	/** Ends the rule and resets the connection of every frame that it holds. */
	reset(): void {
		this.#settle('reset');
	}

	/** As {@link release}. */
	override [Symbol.dispose](): void {
		this.release();
	}

	/** The proxy hands over a frame that the rule took. */
	keep(held: HeldFrame): void {
		this.#held.add(held);
	}

	#settle(how: keyof HeldFrame): void {
		this.remove();
		for (const held of this.#held) held[how]();
		this.#held.clear();
	}
}
