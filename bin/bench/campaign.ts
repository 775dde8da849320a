import {type Client, joinPath} from '../../lib/index.ts';
import {LeaderLatch} from '../../recipes/index.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {tell} from './messages.ts';
import {monotonicMicros} from './monotonic.ts';
import {tellError} from './tell-error.ts';

export function latchPath(folder: string): string {
	return joinPath(folder, 'leader');
}

/** One who wants to lead: waits, leads until told to resign, and waits again. */
export class Campaign {
	readonly #latch: LeaderLatch;
	#resignation: Deferred<void> = deferred();

	constructor(client: Client, folder: string) {
		this.#latch = new LeaderLatch(client, latchPath(folder), {id: String(process.pid)});
	}

	resign(): void {
		this.#resignation.resolve();
	}

	async run(signal: AbortSignal): Promise<void> {
		const onAbort = (): void => this.resign();
		signal.addEventListener('abort', onAbort);
		try {
			while (!signal.aborted) await this.#lead(signal);
		} finally {
			signal.removeEventListener('abort', onAbort);
		}
	}

	async #lead(signal: AbortSignal): Promise<void> {
		try {
			const term = await this.#latch.acquire({signal});
			this.#resignation = deferred();
			tell({kind: 'leading', at: monotonicMicros()});
			if (!signal.aborted) await this.#resignation.promise;
			if (term.signal.aborted) tell({kind: 'lost'});
			const at = monotonicMicros();
			const released = term.release();
			tell({kind: 'resigned', at});
			await released;
		} catch (error) {
			await tellError(error, signal);
		}
	}
}
