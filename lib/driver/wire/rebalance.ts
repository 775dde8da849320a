import type {Server} from './ensemble.ts';

/** Whether to leave the server of now, and whom to dial then: those of the new list that are new, or those that were known. */
export type Rebalance = {readonly leave: boolean; readonly first: 'new' | 'known'};

type Change = {
	readonly before: readonly Server[];
	readonly after: readonly Server[];
	readonly current: Server | undefined;
	/** From 0 to below 1. */
	readonly random: number;
};

export function isSame(one: Server, other: Server): boolean {
	return one.host === other.host && one.port === other.port;
}

/**
 * What a client does when the list of servers changes: the rule of the Java client's `StaticHostProvider.updateServerList`. Each client decides for itself by chance, so that afterwards
 * the clients of a fleet are spread evenly, and no more of them have moved than have to.
 */
export function rebalance({before, after, current, random}: Change): Rebalance {
	const kept = after.filter(server => before.some(other => isSame(server, other))).length;
	const stays = current !== undefined && after.some(server => isSame(server, current));
	if (after.length > before.length) {
		if (!stays) return {leave: true, first: 'new'};
		return {leave: random < 1 - before.length / after.length, first: 'new'};
	}
	if (stays) return {leave: false, first: 'known'};
	// As many of the clients that have to move go to known servers as leaves all servers with the same load.
	const toKnown = (kept * (before.length - after.length)) / (after.length * (before.length - kept) || 1);
	return {leave: true, first: random < toKnown ? 'known' : 'new'};
}
