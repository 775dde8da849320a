import {type Client, type DataInput, InvalidArgumentError, joinPath, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {Admission, type Limit} from './admission.ts';
import {inOrder} from './contender-name.ts';
import type {HeldLease} from './held-lease.ts';
import type {Lease} from './lease.ts';
import {LeaseGroup} from './lease-group.ts';
import {localAddress} from './local-address.ts';
import type {Lock} from './lock.ts';
import {type Queued, queuedUnder} from './queued-under.ts';
import {runUnder} from './run-under.ts';
import {SharedCount, type SharedCountEvents} from './shared-count.ts';

export type SemaphoreOptions = {
	/**
	 * How many leases there are: a number, at least 1, which ZooKeeper does not know, so that all participants must say the same; or a count that they share, as Curator's
	 * semaphore takes a `SharedCount`. Who waits is let in as soon as that grows; when it shrinks, nobody loses a lease. It has to stay open as long as this is used.
	 */
	readonly leases: number | SharedCount;
	/**
	 * What the leases' znodes hold, for people who look at the tree.
	 * @default this machine's IPv4 address, as Curator writes it
	 */
	readonly data?: DataInput | undefined;
};

/**
 * A number of leases among processes, such as the calls that a service bears in parallel. Who waits is served in order of arrival: behind one that wants many leases,
 * one that wants few waits as well. Its znodes are those of Curator's `InterProcessSemaphoreV2`, so Java processes may share it.
 *
 * Status: stable.
 *
 * Error handling: as `Mutex`. Each lease is lost and released on its own.
 *
 * ```ts
 * const semaphore = new Semaphore(client, '/limits/geocoder', {leases: 5});
 * await semaphore.run(({signal}) => geocode(address, {signal}));
 * ```
 */
export class Semaphore implements Lock {
	readonly path: string;
	readonly #limit: Limit;
	readonly #client: Client;
	readonly #data: DataInput;
	/** That one may ask for at once. */
	readonly #most: number;

	/**
	 * @param path the znode above the queue (`locks`) and the leases (`leases`), the same for all; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {leases, data = localAddress()}: SemaphoreOptions) {
		validatePath(path);
		if (!(leases instanceof SharedCount) && (!Number.isInteger(leases) || leases < 1))
			throw new InvalidArgumentError('options.leases', leases, 'a whole number, at least 1, or a SharedCount');
		this.path = path;
		this.#limit = leases instanceof SharedCount ? shared(leases) : {value: leases, onChange: () => () => {}};
		this.#most = leases instanceof SharedCount ? Number.POSITIVE_INFINITY : leases;
		this.#client = client;
		this.#data = data;
	}

	/** How many leases there are now. */
	get leases(): number {
		return this.#limit.value;
	}

	/** Waits for a lease. */
	async acquire(options: AcquireOptions = {}): Promise<Lease> {
		const [lease] = await this.#wait(1, options);
		return lease as Lease;
	}

	/** `undefined` if no lease is free, or somebody else is being served. */
	async tryAcquire(options: AcquireOptions = {}): Promise<Lease | undefined> {
		const [lease] = (await this.#enter(1, options, false)) ?? [];
		return lease;
	}

	/**
	 * Waits until `count` leases are free, and takes them together: it never holds a part of them.
	 *
	 * @param count from 1 to `leases`; more, if they are counted by a `SharedCount`, waits until that is so great
	 * @throws InvalidArgumentError, and what `acquire` throws
	 */
	async acquireMany(count: number, options: AcquireOptions = {}): Promise<LeaseGroup> {
		return new LeaseGroup(await this.#wait(count, options));
	}

	/** As `acquireMany`, but `undefined` if so many are not free, or somebody else is being served. */
	async tryAcquireMany(count: number, options: AcquireOptions = {}): Promise<LeaseGroup | undefined> {
		const leases = await this.#enter(count, options, false);
		return leases && new LeaseGroup(leases);
	}

	/** Runs `work` under one lease and gives it back, as `Mutex` does. @throws LeaseLostError, and what `work` throws */
	async run<T>(work: (lease: Lease) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
		return runUnder(await this.acquire(options), work);
	}

	/** The leases that are held now, by whomever, the oldest first. */
	async participants(options: Cancellable = {}): Promise<Queued[]> {
		return queuedUnder(this.#client, joinPath(this.path, 'leases'), names => inOrder(names, ['lease-']), options);
	}

	async #wait(count: number, options: AcquireOptions): Promise<HeldLease[]> {
		return (await this.#enter(count, options, true)) ?? [];
	}

	async #enter(count: number, options: AcquireOptions, waits: boolean): Promise<HeldLease[] | undefined> {
		if (!Number.isInteger(count) || count < 1 || count > this.#most)
			throw new InvalidArgumentError('count', count, `a whole number from 1 to ${this.#most}`);
		const {signal, revokeOn} = options;
		const limit = this.#limit;
		return new Admission(this.#client, this.path, {signal, revokeOn, limit, count, data: this.#data, waits}).enter();
	}
}

function shared(count: SharedCount): Limit {
	return {
		get value() {
			return count.value;
		},
		onChange: listener => subscribe<SharedCountEvents>(count, {changed: listener}),
	};
}
