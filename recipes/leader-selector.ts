import {addAbortListener} from 'node:events';
import {type Client, InvalidArgumentError, isCoordinationError, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import {inOrder, lockKinds} from './contender-name.ts';
import type {HeldLease} from './held-lease.ts';
import type {Participant, Term} from './leader-latch.ts';
import {localAddress} from './local-address.ts';
import {inSequence} from './precedence.ts';
import {queuedUnder} from './queued-under.ts';
import type {LeaseLostError} from './recipe-error.ts';
import {runUnder} from './run-under.ts';

export type LeaderSelectorOptions = {
	/** What this participant is called, such as a host name. @default this machine's IPv4 address, as Curator writes it */
	readonly id?: string | undefined;
	/** Whether it queues again, behind the others, when its term has ended. @default false */
	readonly requeue?: boolean | undefined;
};

/**
 * Leaders that take turns: each leads while its work runs, and then the next one does. (With `LeaderLatch`, one leads until it ends.) Its znodes are those of Curator's
 * `LeaderSelector`, so Java processes may take part; latches on the same path are not seen.
 *
 * Status: stable.
 *
 * Error handling: waiting is as with `Mutex`. Work that throws ends `run` with its error. When its term is lost or interrupted, `term.signal` is aborted and the work is
 * waited for; whatever it comes to then, `run` queues again or ends.
 *
 * ```ts
 * const selector = new LeaderSelector(client, '/leaders/report', term => report({signal: term.signal}), {id: hostname(), requeue: true});
 * await selector.run({signal});
 * ```
 */
export class LeaderSelector {
	readonly path: string;
	readonly id: string;
	readonly #client: Client;
	readonly #work: (term: Term) => unknown;
	readonly #requeue: boolean;
	/** More than one if it runs more than once. */
	readonly #leading = new Set<HeldLease>();

	/**
	 * @param path the znode under which participants queue, the same for all of them; created, with its parents, when it is missing
	 * @param work what a leader does; it should end on `term.signal`
	 * @throws InvalidArgumentError
	 */
	constructor(
		client: Client,
		path: string,
		work: (term: Term) => unknown,
		{id = '', requeue = false}: LeaderSelectorOptions = {},
	) {
		validatePath(path);
		if (typeof work !== 'function') throw new InvalidArgumentError('work', work, 'a function');
		if (typeof id !== 'string') throw new InvalidArgumentError('options.id', id, 'a string');
		this.path = path;
		this.id = id === '' ? localAddress() : id;
		this.#client = client;
		this.#work = work;
		this.#requeue = requeue;
	}

	/** Whether the work runs now. */
	get isLeader(): boolean {
		return this.#leading.size > 0;
	}

	/**
	 * Queues, leads, and with `requeue` does so again. An abort takes it out of the queue or interrupts its term; `run` then ends without an error.
	 *
	 * @throws LeaseLostError if the term is lost and there is no `requeue`, and what the work throws
	 */
	async run({signal, revokeOn}: AcquireOptions = {}): Promise<void> {
		do {
			const lease = await this.#queue({signal, revokeOn});
			if (lease) await this.#lead(lease, signal);
		} while (this.#requeue && !signal?.aborted);
	}

	/** Ends the term of now, if there is one: its signal is aborted, and the next in the queue leads once the work has settled. */
	interruptLeadership(): void {
		for (const lease of this.#leading) lease.lose('interrupted');
	}

	/** Everybody who takes part now, the leader first. */
	async participants(options: Cancellable = {}): Promise<Participant[]> {
		const queued = await queuedUnder(this.#client, this.path, names => inOrder(names, lockKinds), options);
		return queued.map(({path, data}, index) => ({path, id: data?.toString() ?? '', isLeader: index === 0}));
	}

	/** @returns `undefined` if it was aborted */
	async #queue(options: AcquireOptions): Promise<HeldLease | undefined> {
		const precedence = inSequence('lock-', lockKinds);
		const queue = {...options, kind: 'lock-', precedence, data: Buffer.from(this.id), waits: true} as const;
		try {
			return await contend(this.#client, this.path, queue);
		} catch (error) {
			if (isCoordinationError(error, 'ABORTED')) return undefined;
			throw error;
		}
	}

	async #lead(lease: HeldLease, signal: AbortSignal | undefined): Promise<void> {
		const listening = signal && addAbortListener(signal, () => lease.lose('interrupted', signal.reason));
		this.#leading.add(lease);
		try {
			await runUnder(Object.assign(lease, {id: this.id}), this.#work);
		} catch (error) {
			const isOver = lease.signal.aborted;
			const isMeant = isOver && (lease.signal.reason as LeaseLostError).reason === 'interrupted';
			if (!isMeant && !(isOver && this.#requeue)) throw error;
		} finally {
			this.#leading.delete(lease);
			listening?.[Symbol.dispose]();
		}
	}
}
