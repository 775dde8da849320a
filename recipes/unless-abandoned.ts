import {AbortedError} from '../lib/index.ts';
import {abortable} from '../lib/util/abortable.ts';

/**
 * Settles as `work` does, or rejects with `AbortedError` when the signal fires first; then nobody is there any more to take what the work comes to, and it is handed
 * to `giveBack`.
 */
export function unlessAbandoned<T>(
	work: Promise<T>,
	signal: AbortSignal | undefined,
	what: string,
	giveBack: (late: T) => void,
): Promise<T> {
	return abortable(work, signal, reason => {
		work.then(giveBack, () => {});
		return new AbortedError(what, reason);
	});
}
