/**
 * Runs tasks side by side under one signal. The first that fails ends the others, and is what this rejects with; it settles when all of
 * them have.
 */
export async function together(
	signal: AbortSignal,
	tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
	const failure = new AbortController();
	const either = AbortSignal.any([signal, failure.signal]);
	const runs = tasks.map(async task => {
		try {
			await task(either);
		} catch (error) {
			if (!failure.signal.aborted) failure.abort(error);
		}
	});
	await Promise.all(runs);
	signal.throwIfAborted();
	failure.signal.throwIfAborted();
}
