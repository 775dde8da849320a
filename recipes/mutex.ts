import {type Client, type DataInput, InvalidArgumentError, parentOf, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import type {ContendOptions} from './contender.ts';
import {lockKinds} from './contender-name.ts';
import type {Lease} from './lease.ts';
import {localAddress} from './local-address.ts';
import type {Lock} from './lock.ts';
import {inSequence} from './precedence.ts';
import {type Queued, queuedUnder} from './queued-under.ts';
import {Reentrance} from './reentrance.ts';
import {type OnRevoke, requestRevocation, watchRevocation} from './revocation.ts';
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
};

export type MutexAcquireOptions = AcquireOptions & {
	/**
	 * Called once, if another participant asks for the lock (`revoke`, or Curator's `Revoker`). It is up to the holder to release it. The lock's znode holds no data
	 * then, as Curator's.
	 */
	readonly onRevoke?: OnRevoke | undefined;
};

/**
 * A lock among processes: first come, first served. Its znodes are those of Curator's `InterProcessMutex`, so Java processes may share it; children of
 * kazoo's locks are waited for as well.
 *
 * Not re-entrant, unless asked for: every `acquire` is a contender of its own, also on the same object, and every lease is one-shot.
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

	/**
	 * @param path the znode under which contenders queue, the same for all of them; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {data = localAddress(), reentrant = false}: MutexOptions = {}) {
		validatePath(path);
		this.path = path;
		this.#client = client;
		this.#data = data;
		this.#reentrance = reentrant ? new Reentrance() : undefined;
	}

	/** Waits until the lock is held. */
	async acquire(options: MutexAcquireOptions = {}): Promise<Lease> {
		const nested = this.#reentrance?.nested();
		if (nested) return nested;
		return this.#held(await contend(this.#client, this.path, {...this.#queue(options), waits: true}), options);
	}

	/** `undefined` if somebody holds it or waits for it. The signal is for a lost connection: nothing else is waited for. */
	async tryAcquire(options: MutexAcquireOptions = {}): Promise<Lease | undefined> {
		const nested = this.#reentrance?.nested();
		if (nested) return nested;
		const lease = await contend(this.#client, this.path, {...this.#queue(options), waits: false});
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

	/** Everybody who queues now, the holder first. */
	async participants(options: Cancellable = {}): Promise<Queued[]> {
		return queuedUnder(this.#client, this.path, lockKinds, options);
	}

	/**
	 * Asks a holder to give the lock back; it is up to its `onRevoke`. Nothing happens if it has released it already.
	 *
	 * @param participant the path of its znode, from `participants()`. @throws InvalidArgumentError, KeeperError
	 */
	async revoke(participant: string, options: Cancellable = {}): Promise<void> {
		validatePath(participant);
		if (parentOf(participant) !== this.path)
			throw new InvalidArgumentError('participant', participant, `the path of a znode under ${this.path}`);
		await requestRevocation(this.#client, participant, options);
	}

	#held(lease: Lease, {onRevoke}: MutexAcquireOptions): Lease {
		if (onRevoke) void watchRevocation(this.#client, lease, onRevoke);
		return lease;
	}

	#queue({signal, revokeOn, onRevoke}: MutexAcquireOptions): Omit<ContendOptions, 'waits'> {
		const data = onRevoke ? '' : this.#data;
		return {signal, revokeOn, kind: 'lock-', precedence: inSequence('lock-', lockKinds), data};
	}
}
