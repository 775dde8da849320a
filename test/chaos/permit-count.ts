import {describe, type Tenure} from './history.ts';

/** Never more permits than there are. @param held in the order of their beginnings */
export function permitCount(held: readonly Tenure[], limit: number): readonly string[] {
	const found: string[] = [];
	let open: readonly Tenure[] = [];
	for (const tenure of held) {
		open = [...open.filter(({until}) => until >= tenure.from), tenure];
		const count = open.reduce((sum, {permits}) => sum + permits, 0);
		if (count > limit) found.push(`${count} permits of ${limit} at once: ${open.map(describe).join(', ')}`);
	}
	return found;
}
