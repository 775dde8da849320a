import {inCuratorOrder, inOrder, sequenceOf} from './contender-name.ts';

/** Which predecessors matter: all in which the recipes on one kernel differ. Pure. */
export type Precedence = {
	/** Those of a queue's children that `mine` has to wait for, the first in the queue first. */
	before(mine: string, names: readonly string[]): readonly string[];
	/** Whether a child may have put another in its own place before it went: then no list from before says who is first. */
	mayLeaveHeir(name: string): boolean;
};

/** A child of the kind `own` waits for every child of `kinds` with a smaller sequence number. */
export function inSequence(own: string, kinds: readonly string[]): Precedence {
	return {
		before(mine, names) {
			const sequence = sequenceOf(mine, [own]) ?? 0;
			return inOrder(names, kinds).filter(name => (sequenceOf(name, kinds) ?? sequence) < sequence);
		},
		// A downgraded writer leaves a `__READ__` of its own sequence number.
		mayLeaveHeir: name => name.includes('__WRIT__'),
	};
}

/**
 * As Curator's `StandardLockInternalsDriver` has it: every child takes part, whatever it is called, and what follows the last `own` in its name, or else the whole name, is
 * compared as a string. Anybody may come to stand before mine at any time, so each look is a new list.
 */
export function asCurator(own: string): Precedence {
	return {
		before(mine, names) {
			const sorted = inCuratorOrder(names, own);
			return sorted.slice(0, sorted.indexOf(mine));
		},
		mayLeaveHeir: () => true,
	};
}
