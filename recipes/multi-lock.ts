import {addAbortListener} from 'node:events';
import {InvalidArgumentError, isCoordinationError} from '../lib/index.ts';
import type {AcquireOptions} from './acquire-options.ts';
import type {Lease} from './lease.ts';
import {LeaseGroup} from './lease-group.ts';
import type {Lock} from './lock.ts';
import {runUnder} from './run-under.ts';

/**
 * Several locks as one: all or none. They are taken one after the other, always by path and not as they were given, so that no two `MultiLock`s wait for each other;
 * Curator's `InterProcessMultiLock` takes them as they were given: sort them there. They may be of different kinds and clients.
 *
 * Status: stable.
 *
 * Error handling: what is held already is given back when an acquire rejects. If one lease is lost while another is waited for, all are given back and it begins anew.
 * The leases together end with the first that is lost; each has a fencing token of its own.
 *
 * ```ts
 * const both = new MultiLock([new Mutex(client, '/accounts/1'), new Mutex(client, '/accounts/2')]);
 * await both.run(async ({leases: [first, second], signal}) => transfer({first, second, signal}));
 * ```
 */
export class MultiLock {
	/** In the order in which they are taken; the leases of a group are in the same. */
	readonly locks: readonly Lock[];

	/** @param locks at least one, none of them twice. @throws InvalidArgumentError */
	constructor(locks: readonly Lock[]) {
		if (!Array.isArray(locks) || locks.length === 0 || new Set(locks).size < locks.length)
			throw new InvalidArgumentError('locks', locks, 'at least one lock, and none of them twice');
		this.locks = locks.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
	}

	/** Waits until all are held. */
	async acquire(options: AcquireOptions = {}): Promise<LeaseGroup> {
		for (;;) {
			const group = await this.#collect(options);
			if (group) return group;
		}
	}

	/** `undefined`, and none held, if one of them would have to wait. */
	async tryAcquire(options: AcquireOptions = {}): Promise<LeaseGroup | undefined> {
		const leases: Lease[] = [];
		try {
			for (const lock of this.locks) {
				const lease = await lock.tryAcquire(options);
				if (!lease) break;
				leases.push(lease);
			}
		} catch (error) {
			giveBack(leases);
			throw error;
		}
		if (leases.length === this.locks.length) return new LeaseGroup(leases);
		await new LeaseGroup(leases).release();
		return undefined;
	}

	/** Runs `work` under all of them and gives them back, as `Mutex` does. @throws LeaseLostError, and what `work` throws */
	async run<T>(work: (group: LeaseGroup) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
		return runUnder(await this.acquire(options), work);
	}

	/** @returns `undefined` if one was lost while another was waited for */
	async #collect(options: AcquireOptions): Promise<LeaseGroup | undefined> {
		const waiting = new AbortController();
		const listening: Disposable[] = [];
		const follow = (signal: AbortSignal): void => {
			if (signal.aborted) waiting.abort(signal.reason);
			else listening.push(addAbortListener(signal, () => waiting.abort(signal.reason)));
		};
		const leases: Lease[] = [];
		try {
			if (options.signal) follow(options.signal);
			for (const lock of this.locks) {
				const lease = await lock.acquire({...options, signal: waiting.signal});
				leases.push(lease);
				follow(lease.signal);
			}
			return new LeaseGroup(leases);
		} catch (error) {
			giveBack(leases);
			const isLost = leases.some(({signal}) => signal.aborted) && isCoordinationError(error, 'ABORTED');
			if (isLost && !options.signal?.aborted) return undefined;
			throw error;
		} finally {
			for (const each of listening) each[Symbol.dispose]();
		}
	}
}

/** Not waited for: the caller is to hear of the error at once. */
function giveBack(leases: readonly Lease[]): void {
	new LeaseGroup(leases).release().catch(() => {});
}
