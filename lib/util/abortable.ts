import {addAbortListener} from 'node:events';

/**
 * Settles as `work` does, or rejects with what `onAbort` returns when the signal fires first. The work itself goes on. Leaves no listener behind, which matters on a
 * long-lived signal (and is why this is not `AbortSignal.any`).
 */
export function abortable<T>(
	work: PromiseLike<T>,
	signal: AbortSignal | undefined,
	onAbort: (reason: unknown) => Error,
): Promise<T> {
	if (!signal) return Promise.resolve(work);
	return new Promise<T>((resolve, reject) => {
		if (signal.aborted) {
			reject(onAbort(signal.reason));
			work.then(undefined, () => undefined);
			return;
		}
		const listening = addAbortListener(signal, () => reject(onAbort(signal.reason)));
		work.then(
			value => {
				listening[Symbol.dispose]();
				resolve(value);
			},
			(error: unknown) => {
				listening[Symbol.dispose]();
				reject(error as Error);
			},
		);
	});
}
