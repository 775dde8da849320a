import {unlessAborted} from '../lib/index.ts';
import {abortable} from '../lib/util/abortable.ts';
import type {Held} from './run-under.ts';

/**
 * Settles as `work` does; or rejects with the lease's loss as soon as it is lost, or with `AbortedError` when the signal fires. The signal that `work` is given fires then, too.
 */
export async function whileHeld<T>(
	lease: Held,
	signal: AbortSignal | undefined,
	what: string,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	lease.throwIfLost();
	const stop = new AbortController();
	try {
		const settled = unlessAborted(work(stop.signal), signal, what);
		return await abortable(settled, lease.signal, loss => loss as Error);
	} finally {
		stop.abort();
	}
}
