import {abortable} from '../util/abortable.ts';
import {AbortedError} from './aborted-error.ts';

/** Settles as `work` does, or rejects with `AbortedError` when the signal fires first; the work itself goes on. */
export function unlessAborted<T>(work: PromiseLike<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
	return abortable(work, signal, reason => new AbortedError(what, reason));
}
