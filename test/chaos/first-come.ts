import {describe, type Tenure} from './history.ts';

/**
 * Whoever had its place in the queue before another one asked is served before it: its token is the smaller one, and where the two exclude each other, it also
 * began first. Contenders that asked while the other's place was not yet confirmed may come in any order, and so may one that had to queue anew (its session was
 * lost) or whose reply was lost (its place is not known).
 */
export function firstCome(held: readonly Tenure[]): readonly string[] {
	const found: string[] = [];
	for (const early of held) {
		const {queuedAt} = early;
		if (queuedAt === undefined) continue;
		for (const late of held) {
			if (late.askedAt <= queuedAt || late === early) continue;
			const isExcluded = early.role === 'exclusive' || late.role === 'exclusive';
			if (late.token < early.token || (isExcluded && late.from < early.from))
				found.push(
					`${describe(late)} asked at ${late.askedAt.toFixed(1)} and was served before ${describe(early)}, who queued since ${queuedAt.toFixed(1)}`,
				);
		}
	}
	return found;
}
