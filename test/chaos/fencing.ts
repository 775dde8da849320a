import {type ChaosEvent, describe, type Tenure} from './history.ts';

/**
 * Tokens do what a fenced resource needs: they grow from one exclusive holder to the next, no write is accepted after one with a larger token, and whoever still
 * holds is not refused.
 *
 * @param held of one resource, in the order of their beginnings
 */
export function fencing(held: readonly Tenure[], history: readonly ChaosEvent[]): readonly string[] {
	const found: string[] = [];
	const exclusive = held.filter(({role}) => role === 'exclusive');
	for (const [index, tenure] of exclusive.entries()) {
		const before = exclusive[index - 1];
		if (before && tenure.token <= before.token) found.push(`${describe(tenure)} came after ${describe(before)}`);
	}
	const byRequest = new Map(exclusive.map(tenure => [tenure.request, tenure]));
	let newest = 0n;
	for (const event of history) {
		if (event.type !== 'written') continue;
		const tenure = byRequest.get(event.request);
		if (!tenure) continue;
		if (event.accepted && event.token < newest)
			found.push(`a write of ${describe(tenure)} was accepted after one under 0x${newest.toString(16)}`);
		if (!event.accepted && tenure.until > event.at)
			found.push(`${describe(tenure)} was refused at ${event.at.toFixed(1)}, while it held`);
		if (event.accepted && event.token > newest) newest = event.token;
	}
	return found;
}
