import {subscribe} from 'node:diagnostics_channel';
import {channelNames, type Created, parentOf, type RequestTrace} from '../../lib/index.ts';
import {now} from './now.ts';

/** Learns from the client's own traces when a contender's znode was confirmed: from then on it has its place in the queue. */
export class PlaceTracker {
	readonly #byToken = new Map<bigint, number>();
	readonly #latest = new Map<string, number>();

	constructor() {
		subscribe(`tracing:${channelNames.request}:start`, message => {
			const {operation, path} = message as RequestTrace;
			// Whatever place there was, it is given up for a new one.
			if (operation === 'create' && path) this.#latest.delete(parentOf(path));
		});
		subscribe(`tracing:${channelNames.request}:asyncStart`, message => {
			const {operation, path, outcome, result} = message as RequestTrace & {readonly result?: Created};
			if (operation !== 'create' || !path || outcome !== 'ok' || !result?.stat) return;
			this.#byToken.set(result.stat.czxid, now());
			this.#latest.set(parentOf(path), now());
		});
	}

	/** Of the contender whose znode gave this token. */
	ofToken(token: bigint): number | undefined {
		return this.#byToken.get(token);
	}

	/** Of the only contender of this process in the queue. */
	latestIn(queue: string): number | undefined {
		return this.#latest.get(queue);
	}
}
