import {describe, type Tenure} from './history.ts';

/** Never two at once. @param held in the order of their beginnings */
export function mutualExclusion(held: readonly Tenure[]): readonly string[] {
	const found: string[] = [];
	let last: Tenure | undefined;
	for (const tenure of held) {
		if (last && tenure.from <= last.until) found.push(`${describe(tenure)} began while ${describe(last)} held`);
		if (!last || tenure.until > last.until) last = tenure;
	}
	return found;
}
