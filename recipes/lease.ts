/**
 * What every `acquire` returns: the right to act until it ends. One-shot; never acquired twice.
 */
export type Lease = AsyncDisposable & {
	/** The znode that stands for the lease. */
	readonly path: string;
	/** czxid of the lease's znode: grows with every later holder of the same path. Hand it to whatever you write to, and have that refuse a smaller one. */
	readonly fencingToken: bigint;
	/** Aborted, with a `LeaseLostError` as its reason, as soon as the lease can no longer be trusted. Not aborted by `release()`. */
	readonly signal: AbortSignal;
	/** Gives the lease back; resolves when the znode is gone. Idempotent; never rejects: a lost connection is retried in the background. */
	release(): Promise<void>;
	/** Compares the clock, so it is right even before the signal's event could run. @throws LeaseLostError */
	throwIfLost(): void;
};
