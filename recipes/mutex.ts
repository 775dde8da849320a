import {type Client, type DataInput, validatePath} from '../lib/index.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import type {ContendOptions} from './contender.ts';
import {lockKinds} from './contender-name.ts';
import type {Lease} from './lease.ts';
import {localAddress} from './local-address.ts';
import {inSequence} from './precedence.ts';
import {runUnder} from './run-under.ts';

export type MutexOptions = {
	/**
	 * What the lock's znodes hold, for people who look at the tree.
	 * @default this machine's IPv4 address, as Curator writes it
	 */
	readonly data?: DataInput | undefined;
};

/**
 * A lock among processes: first come, first served. Its znodes are those of Curator's `InterProcessMutex`, so Java processes may share it; children of
 * kazoo's locks are waited for as well.
 *
 * Not re-entrant: every `acquire` is a contender of its own, also on the same object, and every lease is one-shot.
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
export class Mutex {
	readonly path: string;
	readonly #client: Client;
	readonly #data: DataInput;

	/**
	 * @param path the znode under which contenders queue, the same for all of them; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {data = localAddress()}: MutexOptions = {}) {
		validatePath(path);
		this.path = path;
		this.#client = client;
		this.#data = data;
	}

	/** Waits until the lock is held. */
	async acquire(options: AcquireOptions = {}): Promise<Lease> {
		return contend(this.#client, this.path, {...this.#queue(options), waits: true});
	}

	/** `undefined` if somebody holds it or waits for it. The signal is for a lost connection: nothing else is waited for. */
	async tryAcquire(options: AcquireOptions = {}): Promise<Lease | undefined> {
		return contend(this.#client, this.path, {...this.#queue(options), waits: false});
	}

	/**
	 * Runs `work` under the lock and gives it back. The work gets the lease: it should stop on `lease.signal`. If the lease is lost meanwhile, this waits for the
	 * work to settle, never leaving it to run behind the caller's back, and then rejects with the loss, whatever the work came to.
	 *
	 * @throws LeaseLostError, and what `work` throws
	 */
	async run<T>(work: (lease: Lease) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
		return runUnder(await this.acquire(options), work);
	}

	#queue({signal, revokeOn}: AcquireOptions): Omit<ContendOptions, 'waits'> {
		return {signal, revokeOn, kind: 'lock-', precedence: inSequence('lock-', lockKinds), data: this.#data};
	}
}
