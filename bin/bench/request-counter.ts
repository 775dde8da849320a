import diagnostics from 'node:diagnostics_channel';
import {channelNames} from '../../lib/index.ts';
import {monotonicMicros} from './monotonic.ts';

const started = `tracing:${channelNames.request}:start`;

/** Counts what this process asks of ZooKeeper between two instants of `monotonicMicros()`. */
export class RequestCounter implements Disposable {
	#count = 0;
	readonly #onRequest: () => void;

	constructor(from: number, to: number) {
		this.#onRequest = () => {
			const now = monotonicMicros();
			if (now >= from && now <= to) this.#count++;
		};
		diagnostics.subscribe(started, this.#onRequest);
	}

	get count(): number {
		return this.#count;
	}

	[Symbol.dispose](): void {
		diagnostics.unsubscribe(started, this.#onRequest);
	}
}
