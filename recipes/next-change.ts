import type {Client, WatchListener} from '../lib/index.ts';
import {deferred} from '../lib/util/deferred.ts';

/** One watch, to be left by a read. */
export type NextChange = {
	readonly listener: WatchListener;
	/** Resolves when what was read may no longer be true. */
	readonly changed: Promise<void>;
	/** Says it for another reason than the watch. */
	readonly tell: () => void;
	/** Takes the watch back. */
	readonly end: () => void;
};

export function nextChange(client: Client, path: string): NextChange {
	const {promise, resolve} = deferred();
	const listener = (): void => resolve();
	// It fails only with the client, and then there is nothing to take back.
	return {listener, changed: promise, tell: resolve, end: () => void client.unwatch(path, listener).catch(() => {})};
}
