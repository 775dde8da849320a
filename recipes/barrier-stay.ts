import {AbortedError, type Client, unlessAborted} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {closeIfEmpty, membersOf} from './barrier-children.ts';
import type {HeldLease} from './held-lease.ts';
import {untilAnswered} from './interruption.ts';
import {nextChange} from './next-change.ts';
import {whileHeld} from './while-held.ts';

const once = {retry: false} as const;

/** What `DoubleBarrier.enter` gives: the time from then until `leave`. */
export class BarrierStay implements AsyncDisposable {
	readonly #client: Client;
	readonly #barrier: string;
	readonly #member: HeldLease;
	/** Those who were inside when this one went out. */
	#others: Promise<readonly string[]> | undefined;

	constructor(client: Client, barrier: string, member: HeldLease) {
		this.#client = client;
		this.#barrier = barrier;
		this.#member = member;
	}

	/** The member's znode. */
	get path(): string {
		return this.#member.path;
	}

	/** Aborted, with a `LeaseLostError` as its reason, when the session ends or the znode is deleted before `leave`: the others take this one for gone. */
	get signal(): AbortSignal {
		return this.#member.signal;
	}

	/**
	 * Goes out, and waits until all the others who are inside have gone out, too. After an abort it is out, and may be called again to wait on; from then on the wait survives the end of the session as well.
	 *
	 * @throws LeaseLostError if this one was lost before, or closed; AbortedError, ClientClosedError, KeeperError
	 */
	async leave({signal}: Cancellable = {}): Promise<void> {
		const what = `leave ${this.#barrier}`;
		AbortedError.throwIfAborted(signal, what);
		this.#others ??= this.#goOut(what);
		const others = await unlessAborted(this.#others, signal, what);
		for (const other of others) while (!(await untilAnswered(this.#client, () => this.#isGone(other, signal))));
		await untilAnswered(this.#client, () => closeIfEmpty(this.#client, this.#barrier, {...once, signal}));
	}

	/** Goes out without waiting for anybody. Idempotent; never rejects. */
	close(): Promise<void> {
		return this.#member.release();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #goOut(what: string): Promise<readonly string[]> {
		const members = await whileHeld(this.#member, undefined, what, signal =>
			untilAnswered(this.#client, () => membersOf(this.#client, this.#barrier, {...once, signal})),
		);
		if (!members.includes(this.path)) this.#member.lose('deleted');
		this.#member.throwIfLost();
		await this.#member.release();
		return members.filter(member => member !== this.path);
	}

	/** If not, this waits until it may be. */
	async #isGone(other: string, signal: AbortSignal | undefined): Promise<boolean> {
		const change = nextChange(this.#client, other);
		try {
			if (!(await this.#client.exists(other, {...once, signal, watch: change.listener}))) return true;
			await unlessAborted(change.changed, signal, `leave ${this.#barrier}`);
			return false;
		} finally {
			change.end();
		}
	}
}
