import {type Client, type DataInput, InvalidArgumentError, nameOf, parentOf, validatePath} from '../lib/index.ts';
import {lockKinds} from './contender-name.ts';
import {downgrade} from './downgrade.ts';
import type {Lease} from './lease.ts';
import {localAddress} from './local-address.ts';
import {inSequence, type Precedence} from './precedence.ts';
import {QueueLock} from './queue-lock.ts';
import type {RevocableOptions} from './revocation.ts';

export type ReadWriteLockOptions = {
	/**
	 * What the lock's znodes hold, for people who look at the tree.
	 * @default this machine's IPv4 address, as Curator writes it
	 */
	readonly data?: DataInput | undefined;
};

export type ReadLockAcquireOptions = RevocableOptions & {
	/**
	 * A write lease of the same lock, still held: the read lease is granted at once, and no writer that waits gets between the two when the write lease is
	 * released. The other way round is not possible: two readers that both wait to write would wait for each other for ever.
	 */
	readonly downgradeFrom?: Lease | undefined;
};

const readKinds: readonly string[] = ['__READ__', '__rlock__'];
const writeKinds: readonly string[] = lockKinds.filter(kind => !readKinds.includes(kind));

/** A writer is alone: it waits for all who came before it. */
export const writers: Precedence = inSequence('__WRIT__', lockKinds);
/** A reader waits for those who came before it and do not just read; what a downgraded writer leaves behind is a reader. */
export const readers: Precedence = {
	...inSequence('__READ__', writeKinds),
	mayLeaveHeir: () => false,
};

/** The half of a `ReadWriteLock` that many may hold together. */
export class ReadLock extends QueueLock {
	readonly #client: Client;
	readonly #data: DataInput;

	constructor(client: Client, path: string, data: DataInput) {
		super(client, path, {kind: '__READ__', kinds: readKinds, precedence: readers, data});
		this.#client = client;
		this.#data = data;
	}

	/** Waits until no writer is before it. @throws InvalidArgumentError, LeaseLostError if `downgradeFrom` has ended */
	override async acquire({downgradeFrom, ...options}: ReadLockAcquireOptions = {}): Promise<Lease> {
		if (downgradeFrom === undefined) return super.acquire(options);
		const {path} = downgradeFrom;
		if (parentOf(path) !== this.path || !nameOf(path).includes('__WRIT__'))
			throw new InvalidArgumentError('options.downgradeFrom', path, `a write lease under ${this.path}`);
		const data = options.onRevoke ? '' : this.#data;
		return this.revocable(await downgrade(this.#client, downgradeFrom, {...options, data}), options);
	}
}

/**
 * A lock that many may hold to read, or one to write, among processes. First come, first served: a reader waits for the writers that came before it, so writers do
 * not starve. Its znodes are those of Curator's `InterProcessReadWriteLock` (5.5 and later, for the downgrade), so Java processes may share it.
 *
 * Not re-entrant, as `Mutex`: whoever waits to write while it holds a read lease waits for itself.
 *
 * Status: stable.
 *
 * Error handling: as `Mutex`.
 *
 * ```ts
 * const lock = new ReadWriteLock(client, '/locks/catalogue');
 * await using lease = await lock.read.acquire({signal});
 * await lock.write.run(({fencingToken, signal}) => rebuild({fencingToken, signal}));
 * ```
 */
export class ReadWriteLock {
	readonly path: string;
	readonly read: ReadLock;
	readonly write: QueueLock;

	/**
	 * @param path the znode under which readers and writers queue, the same for all of them; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {data = localAddress()}: ReadWriteLockOptions = {}) {
		validatePath(path);
		this.path = path;
		this.read = new ReadLock(client, path, data);
		this.write = new QueueLock(client, path, {kind: '__WRIT__', kinds: writeKinds, precedence: writers, data});
	}
}
