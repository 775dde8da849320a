import {AsyncLocalStorage} from 'node:async_hooks';
import type {Lease} from './lease.ts';
import {NestedLease} from './nested-lease.ts';
import {LeaseLostError} from './recipe-error.ts';

/** Knows the lease under which the code of now runs, through whatever it awaited since. */
export class Reentrance {
	readonly #storage = new AsyncLocalStorage<Lease>();

	/** Runs `work`, and whatever it starts, as the holder of the lease. */
	run<T>(lease: Lease, work: (lease: Lease) => T): T {
		return this.#storage.run(lease, work, lease);
	}

	/**
	 * A lease for who holds one already; `undefined` for anybody else, also for what was left running when its lease was given back.
	 *
	 * @throws LeaseLostError if that one is lost: its znode may still be there, and waiting behind it would be waiting for oneself
	 */
	nested(): Lease | undefined {
		const outer = this.#storage.getStore();
		if (!outer) return undefined;
		try {
			outer.throwIfLost();
		} catch (error) {
			if (error instanceof LeaseLostError && error.reason === 'released') return undefined;
			throw error;
		}
		return new NestedLease(outer);
	}
}
