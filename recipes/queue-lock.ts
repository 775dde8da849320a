import type {Client} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {contend} from './contend.ts';
import type {ContendOptions} from './contend-options.ts';
import {inOrder} from './contender-name.ts';
import type {Lease} from './lease.ts';
import type {Lock} from './lock.ts';
import {type Queued, queuedUnder} from './queued-under.ts';
import {requestRevocation, type RevocableOptions, watchRevocation} from './revocation.ts';
import {runUnder} from './run-under.ts';

type Queue = Pick<ContendOptions, 'kind' | 'precedence' | 'data'> & {
	/** The children that take part in the same way as those of this lock. */
	readonly kinds: readonly string[];
};

/** A lock that is one contender in one queue. */
export class QueueLock implements Lock {
	readonly path: string;
	readonly #client: Client;
	readonly #queue: Queue;

	constructor(client: Client, path: string, queue: Queue) {
		this.path = path;
		this.#client = client;
		this.#queue = queue;
	}

	async acquire(options: RevocableOptions = {}): Promise<Lease> {
		const lease = await contend(this.#client, this.path, {...this.#contender(options), waits: true});
		return this.revocable(lease, options);
	}

	async tryAcquire(options: RevocableOptions = {}): Promise<Lease | undefined> {
		const lease = await contend(this.#client, this.path, {...this.#contender(options), waits: false});
		return lease && this.revocable(lease, options);
	}

	async run<T>(work: (lease: Lease) => T | PromiseLike<T>, options: RevocableOptions = {}): Promise<T> {
		return runUnder(await this.acquire(options), work);
	}

	/** Everybody who holds or waits for this half of the lock now, the first in the queue first. */
	async participants(options: Cancellable = {}): Promise<Queued[]> {
		return queuedUnder(this.#client, this.path, names => inOrder(names, this.#queue.kinds), options);
	}

	/**
	 * Asks a holder to give the lock back; it is up to its `onRevoke`. Nothing happens if it has released it already.
	 *
	 * @param participant the path of its znode, from `participants()`. @throws InvalidArgumentError, KeeperError
	 */
	async revoke(participant: string, options: Cancellable = {}): Promise<void> {
		await requestRevocation(this.#client, this.path, participant, options);
	}

	protected revocable(lease: Lease, {onRevoke}: RevocableOptions): Lease {
		if (onRevoke) void watchRevocation(this.#client, lease, onRevoke);
		return lease;
	}

	#contender({signal, revokeOn, onRevoke}: RevocableOptions): Omit<ContendOptions, 'waits'> {
		const {kind, precedence, data} = this.#queue;
		return {kind, precedence, data: onRevoke ? '' : data, signal, revokeOn};
	}
}
