/** What work runs under: a lease, or several as one. */
export type Held = {
	readonly signal: AbortSignal;
	release(): Promise<void>;
	throwIfLost(): void;
};

/**
 * Runs `work` under a lease and gives that back. If it is lost meanwhile, this waits for the work to settle, never leaving it to run behind the caller's back, and
 * then rejects with the loss, whatever the work came to.
 */
export async function runUnder<L extends Held, T>(lease: L, work: (lease: L) => T | PromiseLike<T>): Promise<T> {
	const [outcome] = await Promise.allSettled([(async () => work(lease))()]);
	const loss = lossOf(lease);
	const released = lease.release();
	if (loss !== undefined) throw loss;
	await released;
	if (outcome.status === 'rejected') throw outcome.reason;
	return outcome.value;
}

/** The clock may know of a loss that was not announced yet. Work may have released the lease itself: that is no loss. */
function lossOf(lease: Held): unknown {
	try {
		lease.throwIfLost();
	} catch (error) {
		return lease.signal.aborted ? error : undefined;
	}
	return undefined;
}
