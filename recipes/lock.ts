import type {AcquireOptions} from './acquire-options.ts';
import type {Lease} from './lease.ts';

/** What can be held: a `Mutex`, either half of a `ReadWriteLock`, a `Semaphore`, … */
export type Lock = {
	/** The znode under which its contenders queue. */
	readonly path: string;
	/** Waits until it is held. */
	acquire(options?: AcquireOptions): Promise<Lease>;
	/** `undefined` if it would have to wait. */
	tryAcquire(options?: AcquireOptions): Promise<Lease | undefined>;
	/** Runs `work` under a lease, and gives it back. */
	run<T>(work: (lease: Lease) => T | PromiseLike<T>, options?: AcquireOptions): Promise<T>;
};
