import type {PersistentWatchEvent} from '../../lib/index.ts';

/** Collects a stream in the background until it ends. */
export function collectEvents(events: AsyncIterable<PersistentWatchEvent>): {told: string[]; ended: Promise<void>} {
	const told: string[] = [];
	const ended = (async (): Promise<void> => {
		for await (const {type, path} of events) told.push(`${type} ${path}`);
	})();
	return {told, ended};
}
