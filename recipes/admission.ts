import {randomUUID} from 'node:crypto';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {
	AbortedError,
	type Client,
	type Created,
	type DataInput,
	isCoordinationError,
	joinPath,
	parentOf,
	TransactionError,
	unlessAborted,
} from '../lib/index.ts';
import {abortable} from '../lib/util/abortable.ts';
import {type AcquireOptions, checkAcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import {lockKinds, protectedName} from './contender-name.ts';
import {findByGuid} from './find-by-guid.ts';
import type {HeldLease} from './held-lease.ts';
import {isInterruption, mayHaveRun, nextAttempt} from './interruption.ts';
import {keptLease} from './kept-lease.ts';
import {LeaseCount, type Room} from './lease-count.ts';
import {inSequence} from './precedence.ts';
import {unlessAbandoned} from './unless-abandoned.ts';
import {withdraw} from './withdraw.ts';

/** How many leases there are in all, which may change while somebody waits. */
export type Limit = {
	readonly value: number;
	/** @returns what ends it */
	onChange(listener: () => void): () => void;
};

export type AdmissionOptions = AcquireOptions & {
	readonly limit: Limit;
	/** How many to take at once. */
	readonly count: number;
	readonly data: DataInput;
	readonly waits: boolean;
};

/** No leases: it would have to wait, or the guard was lost. */
type Refusal = undefined | 'again';

const once = {retry: false} as const;
const empty = new Uint8Array(0);

/**
 * One way into a semaphore. Under a guard, a mutex at `locks`, the children of `leases` are counted; when there is room, one transaction creates this one's leases
 * and deletes the guard. So nobody counts without the guard, no lease is there that was not counted, and none is there alone: all or nothing.
 *
 * The first count rides behind the guard's own list, so that without contention there are two round trips.
 */
export class Admission {
	readonly #client: Client;
	readonly #locks: string;
	readonly #leases: string;
	readonly #options: AdmissionOptions;
	/** The newest; none before the first, and after the guard. */
	#count: LeaseCount | undefined;

	constructor(client: Client, path: string, options: AdmissionOptions) {
		this.#client = client;
		this.#locks = joinPath(path, 'locks');
		this.#leases = joinPath(path, 'leases');
		this.#options = options;
	}

	get #operation(): string {
		return `acquire ${parentOf(this.#locks)}`;
	}

	/** The leases, or `undefined` if it would have to wait. An abort rejects at once and leaves nothing behind. */
	async enter(): Promise<HeldLease[] | undefined> {
		const {signal} = this.#options;
		checkAcquireOptions(this.#options);
		AbortedError.throwIfAborted(signal, this.#operation);
		return unlessAbandoned(this.#enter(), signal, this.#operation, leases => leases?.map(lease => lease.release()));
	}

	/** The guard may be lost at any time: then it begins anew, at the end of the guard's queue. */
	async #enter(): Promise<HeldLease[] | undefined> {
		for (;;) {
			const outcome = await this.#underGuard();
			if (outcome !== 'again') return outcome;
			AbortedError.throwIfAborted(this.#options.signal, this.#operation);
			await nextTurn();
		}
	}

	async #underGuard(): Promise<HeldLease[] | Refusal> {
		const {data, waits, signal} = this.#options;
		const guard = await contend(this.#client, this.#locks, {
			signal,
			// A short disconnection does no harm: the transaction needs the guard's znode, not this client's opinion.
			revokeOn: 'lost',
			kind: 'lock-',
			precedence: inSequence('lock-', lockKinds),
			data,
			waits,
			// Who had to wait for the guard is likely to wait for a lease as well.
			alongside: () => this.#recount({watches: waits && this.#count !== undefined}),
		});
		if (!guard) return undefined;
		try {
			const room = await this.#room(guard);
			return typeof room === 'object' ? await this.#take(guard, room) : room;
		} finally {
			void guard.release();
			// The lease's own create has used the watch up by now.
			this.#count?.end();
			this.#count = undefined;
		}
	}

	#recount(options: {readonly watches: boolean}): LeaseCount {
		this.#count?.end();
		this.#count = new LeaseCount(this.#client, this.#leases, options);
		return this.#count;
	}

	/** Counts until there is room. */
	async #room(guard: HeldLease): Promise<Room | Refusal> {
		const {signal, waits, limit, count: wanted} = this.#options;
		const unlessGone = <T>(work: PromiseLike<T>): Promise<T> =>
			unlessAborted(abortable(work, guard.signal, asError), signal, this.#operation);
		const unsubscribe = limit.onChange(() => this.#count?.tell());
		try {
			for (let count = this.#count; ; count = this.#recount({watches: true})) {
				const taken = await unlessAborted(Promise.resolve(count?.taken()), signal, this.#operation);
				if (!taken) await nextTurn();
				else if (taken.leases + wanted <= limit.value) return taken;
				else if (!waits) return undefined;
				else if (count?.changed) await unlessGone(count.changed);
				guard.throwIfLost();
			}
		} catch (error) {
			if (guard.signal.aborted) return 'again';
			throw error;
		} finally {
			unsubscribe();
		}
	}

	async #take(guard: HeldLease, room: Room): Promise<HeldLease[] | Refusal> {
		const guid = randomUUID();
		let {isNew} = room;
		for (;;) {
			const parent = isNew ? this.#createParent() : undefined;
			parent?.catch(() => {});
			try {
				return this.#keep(await this.#commit(guard, guid)) ?? 'again';
			} catch (error) {
				if (error instanceof TransactionError && isCoordinationError(error.cause, 'NO_NODE')) {
					if (error.index === 0) return 'again';
					await parent;
					isNew = true;
				} else if (!isInterruption(error)) throw error;
				else if (mayHaveRun(error)) {
					const found = this.#keep(await this.#find(guid));
					if (found) return found;
				}
				// Neither created nor refused: the guard's znode decides whether it may be repeated.
				if (guard.signal.aborted) return 'again';
				await nextTurn();
			}
		}
	}

	/** Sent before the transaction that needs it. @throws what refused it */
	async #createParent(): Promise<void> {
		try {
			await this.#client.create(this.#leases, empty, {...once, mode: 'container', protect: false});
		} catch (error) {
			const isExpected = ['NODE_EXISTS', 'NO_NODE'].some(code => isCoordinationError(error, code));
			if (!isExpected && !isInterruption(error)) throw error;
		}
	}

	async #commit(guard: HeldLease, guid: string): Promise<Created[]> {
		const {count, data} = this.#options;
		const transaction = this.#client.transaction().delete(guard.path);
		const child = joinPath(this.#leases, protectedName(guid, 'lease-'));
		for (let index = 0; index < count; index++) transaction.create(child, data, {mode: 'ephemeral-sequential'});
		const results = await transaction.commit(once);
		const paths = results.flatMap(result => (result.operation === 'create' ? [result] : []));
		// Servers before 3.8.2 tell no stat here.
		const created = paths.map(async ({path, stat}) => ({path, stat: stat ?? (await this.#client.exists(path, once))}));
		return (await Promise.all(created)).flatMap(({path, stat}) => (stat ? [{path, stat}] : []));
	}

	/** Looks for the leases of a transaction that was not answered. */
	async #find(guid: string): Promise<readonly Created[]> {
		for (;;) {
			try {
				const {hits} = await findByGuid(this.#client, this.#leases, guid);
				return hits;
			} catch (error) {
				if (isCoordinationError(error, 'NO_NODE')) return [];
				if (!isInterruption(error)) throw error;
				await nextAttempt(this.#client, error);
			}
		}
	}

	/** All are of this session, or none is kept. */
	#keep(created: readonly Created[]): HeldLease[] | undefined {
		const mine = created.filter(({stat}) => stat.ephemeralOwner === this.#client.session?.id);
		if (mine.length === this.#options.count)
			return mine.map(each => keptLease(this.#client, each, this.#options.revokeOn));
		for (const {path, stat} of created) void withdraw(this.#client, path, stat.ephemeralOwner);
		return undefined;
	}
}

function asError(reason: unknown): Error {
	return reason as Error;
}
