import {randomUUID} from 'node:crypto';
import {
	AbortedError,
	type Client,
	forever,
	InvalidArgumentError,
	isCoordinationError,
	joinPath,
	TransactionError,
	unlessAborted,
	validatePath,
} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import type {HeldLease} from './held-lease.ts';
import {untilAnswered} from './interruption.ts';
import {keptLease} from './kept-lease.ts';
import type {Lease} from './lease.ts';
import {type NextChange, nextChange} from './next-change.ts';
import {decodeItems, encodeItem, itemPrefix, itemsInOrder} from './queue-item.ts';
import {readZnode} from './read-znode.ts';
import {runUnder} from './run-under.ts';
import {unlessAbandoned} from './unless-abandoned.ts';
import {withdrawOwn} from './withdraw.ts';

export type QueueOptions = {
	/** The znode under which an item is locked while it is handled, the same for everybody: Curator's `lockPath`. @default the queue's path, and `-locks` */
	readonly lockPath?: string | undefined;
};

export type PutOptions = Cancellable & {
	/**
	 * A whole number of 32 bits, with a sign; the smaller, the earlier, as in Curator's `DistributedPriorityQueue`. Items without one come before all that have one.
	 * @default none: first come, first served
	 */
	readonly priority?: number | undefined;
};

/** Does what an item is about. The item is removed when this is done. */
export type ItemHandler = (item: Buffer, lease: Lease) => unknown;

type Claimed = {readonly path: string; readonly lease: HeldLease; readonly items: readonly Buffer[]};

const once = {retry: false} as const;
/** Milliseconds between two attempts at a lock whose reply was lost. */
const pause = 100;

/**
 * Items that processes hand to each other, each handled at least once: it is locked while it is handled and removed after that, so that the item of a consumer that failed or crashed is
 * delivered again. Its znodes and bytes are those of Curator's `DistributedQueue` and `DistributedPriorityQueue` with a `lockPath`, so Java processes may take part.
 *
 * For some thousand small items; ZooKeeper holds them all in memory. Each change wakes every consumer that waits.
 *
 * Status: experimental.
 *
 * Error handling: waiting survives lost connections and sessions, and a queue that is deleted. While an item is handled, its lease tells of the session's end; then `take` rejects with `LeaseLostError`, and the item, which is
 * still there, is delivered again. A `put` whose reply was lost rejects with `ConnectionLossError`: nobody can tell whether it is in the queue.
 *
 * ```ts
 * const queue = new Queue(client, '/queues/mail');
 * await queue.put('to: ada');
 * for (;;) await queue.take(item => send(item), {signal});
 * ```
 */
export class Queue {
	readonly path: string;
	readonly lockPath: string;
	readonly #client: Client;

	/**
	 * @param path the znode under which the items stand; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {lockPath = `${path}-locks`}: QueueOptions = {}) {
		validatePath(path);
		validatePath(lockPath, 'options.lockPath');
		if (path === '/' || lockPath === path)
			throw new InvalidArgumentError('path', path, 'a path below the root, and another than that of the locks');
		this.path = path;
		this.lockPath = lockPath;
		this.#client = client;
	}

	/** Resolves when the item is in the queue. @throws InvalidArgumentError, ConnectionLossError, RequestTooLargeError */
	async put(item: Uint8Array | string, {priority, signal}: PutOptions = {}): Promise<void> {
		if (typeof item !== 'string' && !(item instanceof Uint8Array))
			throw new InvalidArgumentError('item', item, 'bytes or a string');
		const prefix = joinPath(this.path, itemPrefix(priority));
		await this.#client.create(prefix, encodeItem(Buffer.from(item)), {
			mode: 'persistent-sequential',
			protect: false,
			createParents: true,
			signal,
		});
	}

	/**
	 * Waits for an item that nobody else handles, and has it handled. Resolves when it is removed. If the handler fails, the item stays, for anybody to take it again, and this rejects with what the handler
	 * threw. The signal ends the wait, not the handler. What Curator's `putMulti` has put in one go is handled one by one, and removed together.
	 *
	 * @throws AbortedError, LeaseLostError, ClientClosedError, KeeperError; QueueDataError for an item whose bytes are not Curator's, which stays
	 */
	async take(handle: ItemHandler, {signal}: Cancellable = {}): Promise<void> {
		AbortedError.throwIfAborted(signal, `take from ${this.path}`);
		for (;;) {
			const claimed = await untilAnswered(this.#client, () => this.#claim(signal));
			if (!claimed) continue;
			return runUnder(claimed.lease, async lease => {
				for (const item of claimed.items) await handle(item, lease);
				await this.#remove(claimed);
			});
		}
	}

	/** The first item that is free; `undefined` after a wait, when there may be another. */
	async #claim(signal: AbortSignal | undefined): Promise<Claimed | undefined> {
		const [items, locks] = [nextChange(this.#client, this.path), nextChange(this.#client, this.lockPath)];
		try {
			const [queued, locked] = await Promise.all([
				this.#list(this.path, items, signal),
				this.#list(this.lockPath, locks, signal),
			]);
			for (const name of itemsInOrder(queued)) {
				const claimed = locked.includes(name) ? undefined : await this.#tryItem(name, signal);
				if (claimed) return claimed;
			}
			// A lock that goes may be that of a consumer that crashed.
			await unlessAborted(Promise.race([items.changed, locks.changed]), signal, `take from ${this.path}`);
			return undefined;
		} finally {
			items.end();
			locks.end();
		}
	}

	async #list(path: string, change: NextChange, signal: AbortSignal | undefined): Promise<readonly string[]> {
		const options = {...once, signal, watch: change.listener};
		try {
			return (await this.#client.children(path, options)).children;
		} catch (error) {
			if (!isCoordinationError(error, 'NO_NODE')) throw error;
			if (await this.#client.exists(path, options)) change.tell();
			return [];
		}
	}

	async #tryItem(name: string, signal: AbortSignal | undefined): Promise<Claimed | undefined> {
		const what = `take from ${this.path}`;
		const lease = await unlessAbandoned(this.#lock(name), signal, what, late => void late?.release());
		if (!lease) return undefined;
		const path = joinPath(this.path, name);
		try {
			const data = await readZnode(this.#client, path, {...once, signal});
			if (data) return {path, lease, items: decodeItems(path, data.data)};
		} catch (error) {
			void lease.release();
			throw error;
		}
		// Whoever listed it earlier was done with it.
		await lease.release();
		return undefined;
	}

	/** `undefined` if somebody else handles it. The data tells a lock of one's own whose reply was lost. */
	async #lock(name: string): Promise<HeldLease | undefined> {
		const options = {mode: 'ephemeral', createParents: true, idempotent: true, retry: forever(pause)} as const;
		try {
			const created = await this.#client.create(joinPath(this.lockPath, name), randomUUID(), options);
			return keptLease(this.#client, created, 'lost', () => withdrawOwn(this.#client, created));
		} catch (error) {
			if (isCoordinationError(error, 'NODE_EXISTS')) return undefined;
			throw error;
		}
	}

	/** Only while the lock is held: who has lost it must not remove what another handles. */
	async #remove({path, lease}: Claimed): Promise<void> {
		await untilAnswered(this.#client, async () => {
			try {
				await lease.fenced(this.#client.transaction()).delete(path).commit(once);
			} catch (error) {
				// By an attempt whose reply was lost, or by hand.
				if (!(error instanceof TransactionError) || !isCoordinationError(error.cause, 'NO_NODE')) throw error;
			}
		});
	}
}
