import {type Client, type DataInput, InvalidArgumentError, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import type {ContendOptions} from './contend-options.ts';
import {inCuratorOrder, inOrder, lockKinds} from './contender-name.ts';
import type {Lease} from './lease.ts';
import {localAddress} from './local-address.ts';
import {LocalQueue} from './local-queue.ts';
import type {Lock} from './lock.ts';
import {asCurator, inSequence} from './precedence.ts';
import {type Queued, queuedUnder} from './queued-under.ts';
import {Reentrance} from './reentrance.ts';
import {requestRevocation, type RevocableOptions, watchRevocation} from './revocation.ts';
import {runUnder} from './run-under.ts';

export type MutexOptions = {
	/**
	 * What the lock's znodes hold, for people who look at the tree.
	 * @default this machine's IPv4 address, as Curator writes it
	 */
	readonly data?: DataInput | undefined;
	/**
	 * Within `run`, whoever calls `acquire`, `tryAcquire` or `run` of the same object again gets a lease at once, within the one that is held. Told by
	 * `AsyncLocalStorage`, so it includes everything that the work has started: branches that run at the same time do not exclude each other.
	 * @default false
	 */
	readonly reentrant?: boolean | undefined;
	/**
	 * How many of this client's tasks stand in the queue on the servers at the same time, the holder included, and may so have their turns one after the other while
	 * other processes wait behind them. The tasks beyond wait within the process, in order of arrival, and cost the servers nothing.
	 *
	 * - 1: between two turns of this process every other one that waits has its own; a hand-over within the process takes a round trip.
	 * - 2: the next task queues while one holds, so that a hand-over within the process takes none; two turns, then the others'.
	 * - more: as many turns as that, for a process that has more to do than others, or whose others have a znode for each thread.
	 * - `Infinity`: every task is a contender as any other, first come, first served among the tasks of all processes.
	 *
	 * @default 2
	 */
	readonly localTurns?: number | undefined;
	/**
	 * Decides as Curator's `InterProcessMutex` does, also with children that are no locks: every child takes part, in the order of what follows the last `lock-` in its
	 * name, or else of its whole name. A child named `0` then keeps everybody waiting for ever, here as there; without this option it does not, here. Every hand-over
	 * lists the children again, a round trip more. kazoo's contenders are ordered by their names, which says nothing of who came first.
	 *
	 * @default false
	 */
	readonly strictCurator?: boolean | undefined;
};

export type MutexAcquireOptions = RevocableOptions;

/**
 * A lock among processes: first come, first served. Its znodes are those of Curator's `InterProcessMutex`, so Java processes may share it; children of
 * kazoo's locks are waited for as well.
 *
 * Not re-entrant, unless asked for: every `acquire` waits for a lease of its own, also on the same object, and every lease is one-shot. Of many tasks that wait at one
 * path with one client, through however many objects, `localTurns` stand in the queue on the servers.
 *
 * A release need not be awaited before the next acquire: it never rejects, and its request goes first. Then a cycle is one round trip instead of two; and one request instead of
 * three if nobody else is in the queue: a transaction that deletes the one znode and creates the next.
 *
 * Status: stable.
 *
 * Error handling: what waits survives lost connections and ended sessions, and rejects only with `AbortedError`, `ClientClosedError`, a server's refusal
 * (`KeeperError`) or `SequenceExhaustedError`; it leaves nothing behind then. What is held can be lost: `lease.signal` is aborted with a `LeaseLostError`.
 * A lock alone does not stop a holder that was frozen: hand `lease.fencingToken` to what you write to.
 *
 * ```ts
 * await using lease = await new Mutex(client, '/locks/order-42').acquire({signal: AbortSignal.timeout(5000)});
 * ```
 */
export class Mutex implements Lock {
	readonly path: string;
	readonly #client: Client;
	readonly #data: DataInput;
	readonly #reentrance: Reentrance | undefined;
	readonly #localTurns: number;
	readonly #isStrict: boolean;

	/**
	 * @param path the znode under which contenders queue, the same for all of them; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, options: MutexOptions = {}) {
		const {data = localAddress(), reentrant = false, localTurns = 2, strictCurator = false} = options;
		validatePath(path);
		if (localTurns !== Number.POSITIVE_INFINITY && (!Number.isInteger(localTurns) || localTurns < 1))
			throw new InvalidArgumentError('options.localTurns', localTurns, 'a whole number, at least 1, or Infinity');
		this.path = path;
		this.#client = client;
		this.#data = data;
		this.#localTurns = localTurns;
		this.#isStrict = strictCurator;
		this.#reentrance = reentrant ? new Reentrance() : undefined;
	}

	/** Waits until the lock is held. */
	async acquire(options: MutexAcquireOptions = {}): Promise<Lease> {
		const nested = this.#reentrance?.nested();
		if (nested) return nested;
		return this.#held(await this.#local.acquire(this.#localTurns, {...this.#queue(options), waits: true}), options);
	}

	/** `undefined` if somebody holds it or waits for it. The signal is for a lost connection: nothing else is waited for. */
	async tryAcquire(options: MutexAcquireOptions = {}): Promise<Lease | undefined> {
		const nested = this.#reentrance?.nested();
		if (nested) return nested;
		const lease = await this.#local.tryAcquire({...this.#queue(options), waits: false});
		return lease && this.#held(lease, options);
	}

	/**
	 * Runs `work` under the lock and gives it back. The work gets the lease: it should stop on `lease.signal`. If the lease is lost meanwhile, this waits for the
	 * work to settle, never leaving it to run behind the caller's back, and then rejects with the loss, whatever the work came to.
	 *
	 * @throws LeaseLostError, and what `work` throws
	 */
	async run<T>(work: (lease: Lease) => T | PromiseLike<T>, options: MutexAcquireOptions = {}): Promise<T> {
		const lease = await this.acquire(options);
		const reentrance = this.#reentrance;
		return runUnder(lease, reentrance ? () => reentrance.run(lease, work) : work);
	}

	/** Everybody who queues on the servers now, the holder first; of one client, at most `localTurns`. */
	async participants(options: Cancellable = {}): Promise<Queued[]> {
		const order = (names: readonly string[]): string[] =>
			this.#isStrict ? inCuratorOrder(names, 'lock-') : inOrder(names, lockKinds);
		return queuedUnder(this.#client, this.path, order, options);
	}

	/**
	 * Asks a holder to give the lock back; it is up to its `onRevoke`. Nothing happens if it has released it already.
	 *
	 * @param participant the path of its znode, from `participants()`. @throws InvalidArgumentError, KeeperError
	 */
	async revoke(participant: string, options: Cancellable = {}): Promise<void> {
		await requestRevocation(this.#client, this.path, participant, options);
	}

	get #local(): LocalQueue {
		return LocalQueue.of(this.#client, this.path);
	}

	#held(lease: Lease, {onRevoke}: MutexAcquireOptions): Lease {
		if (onRevoke) void watchRevocation(this.#client, lease, onRevoke);
		return lease;
	}

	#queue({signal, revokeOn, onRevoke}: MutexAcquireOptions): Omit<ContendOptions, 'waits'> {
		const data = onRevoke ? '' : this.#data;
		const precedence = this.#isStrict ? asCurator('lock-') : inSequence('lock-', lockKinds);
		return {signal, revokeOn, kind: 'lock-', precedence, data};
	}
}
