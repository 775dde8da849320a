import type {Transaction} from '../lib/index.ts';

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
	/**
	 * Adds the check of the lease's znode to a transaction, so that ZooKeeper itself refuses a late holder's write, however late it arrives. The check is an operation as any
	 * other, with a result at its place: fence a new transaction, and go on with what this returns. Its `commit` rejects with `LeaseLostError` if the lease is lost, before
	 * anything is sent, or the znode is gone; nothing was executed then. What somebody else wrote to the znode, such as a request to give the lock back, does not matter.
	 *
	 * @param transaction of the client, or the namespace of it, that acquired the lease. @throws InvalidArgumentError
	 *
	 * ```ts
	 * await lease.fenced(client.transaction()).set('/orders/42', 'paid').commit();
	 * ```
	 */
	fenced(transaction: Transaction): Transaction;
	/** Gives the lease back; resolves when the znode is gone. Idempotent; never rejects: a lost connection is retried in the background. */
	release(): Promise<void>;
	/** Compares the clock, so it is right even before the signal's event could run. @throws LeaseLostError */
	throwIfLost(): void;
};
