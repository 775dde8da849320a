import {randomUUID} from 'node:crypto';
import {
	AbortedError,
	type Client,
	InvalidArgumentError,
	isCoordinationError,
	joinPath,
	unlessAborted,
	validatePath,
} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {closeIfEmpty, membersOf, readyPath} from './barrier-children.ts';
import {BarrierStay} from './barrier-stay.ts';
import type {HeldLease} from './held-lease.ts';
import {isInterruption, untilAnswered} from './interruption.ts';
import {keptLease} from './kept-lease.ts';
import {localAddress} from './local-address.ts';
import {nextChange} from './next-change.ts';
import {whileHeld} from './while-held.ts';
import {withdraw} from './withdraw.ts';

export type DoubleBarrierOptions = {
	/** How many have to stand in the barrier before it opens: a whole number, 1 or more. It is a threshold, not a limit: whoever comes while it is open passes. The same for everybody. */
	readonly members: number;
};

const once = {retry: false} as const;

/**
 * Processes that begin together and end together: nobody passes `enter` before so many have come, and nobody passes `leave` before all who are inside leave. Its znodes are those of Curator's
 * `DistributedDoubleBarrier`, so Java processes may take part. It can be used again as soon as `leave` has resolved.
 *
 * Status: stable.
 *
 * Error handling: a lost connection, or a server that is restarted, is survived on either side. When the session ends, or somebody deletes the member's znode, `enter` and `leave` reject with `LeaseLostError`: the others
 * do not count this one any more. An aborted `enter`, as one that fails, takes itself out again.
 *
 * ```ts
 * const stay = await new DoubleBarrier(client, '/barriers/import', {members: 3}).enter({signal});
 * await work(stay.signal);
 * await stay.leave({signal});
 * ```
 */
export class DoubleBarrier {
	readonly path: string;
	readonly members: number;
	readonly #client: Client;

	/**
	 * @param path the barrier's znode, the same for everybody; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {members}: DoubleBarrierOptions) {
		validatePath(path);
		if (!Number.isSafeInteger(members) || members < 1)
			throw new InvalidArgumentError('options.members', members, 'a whole number, 1 or more');
		this.path = path;
		this.members = members;
		this.#client = client;
	}

	/**
	 * Comes in, and waits until so many have come.
	 *
	 * @throws LeaseLostError, AbortedError, ClientClosedError, KeeperError
	 */
	async enter({signal}: Cancellable = {}): Promise<BarrierStay> {
		const what = `enter ${this.path}`;
		AbortedError.throwIfAborted(signal, what);
		const member = await this.#join(signal);
		try {
			await whileHeld(member, signal, what, stop => this.#opened(stop));
		} catch (error) {
			void member.release();
			throw error;
		}
		return new BarrierStay(this.#client, this.path, member);
	}

	/** From here on this one is counted. */
	async #join(signal: AbortSignal | undefined): Promise<HeldLease> {
		const options = {...once, signal};
		for (;;) {
			const path = joinPath(this.path, randomUUID());
			try {
				await closeIfEmpty(this.#client, this.path, options);
				const member = await this.#client.create(path, localAddress(), {
					...options,
					mode: 'ephemeral',
					createParents: true,
				});
				return keptLease(this.#client, member, 'lost');
			} catch (error) {
				// It may be there all the same, and nobody is to be counted twice.
				const gone = withdraw(this.#client, path, this.#client.session?.id ?? 0n);
				if (!isInterruption(error)) throw error;
				await unlessAborted(gone, signal, `enter ${this.path}`);
			}
		}
	}

	async #opened(signal: AbortSignal): Promise<void> {
		while (!(await untilAnswered(this.#client, () => this.#isOpen(signal))));
	}

	/** Whether it is open; if not, this waits until it may be. Whatever the wait ended by, it has to be looked at. */
	async #isOpen(signal: AbortSignal): Promise<boolean> {
		const ready = readyPath(this.path);
		const options = {...once, signal};
		const change = nextChange(this.#client, ready);
		try {
			const [isReady, members] = await Promise.all([
				this.#client.exists(ready, {...options, watch: change.listener}),
				membersOf(this.#client, this.path, options),
			]);
			if (isReady) return true;
			// The last to come sees all the others, since its list comes after its create.
			if (members.length >= this.members) {
				await this.#client.create(ready, localAddress(), options);
				return true;
			}
			await unlessAborted(change.changed, signal, `enter ${this.path}`);
			return false;
		} catch (error) {
			if (isCoordinationError(error, 'NODE_EXISTS')) return true;
			throw error;
		} finally {
			change.end();
		}
	}
}
