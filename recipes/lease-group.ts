import {addAbortListener} from 'node:events';
import type {Transaction} from '../lib/index.ts';
import type {Lease} from './lease.ts';

/** Several leases as one: lost with the first of them that is lost, given back together. */
export class LeaseGroup implements AsyncDisposable {
	/** In the order in which they were acquired; each has its own `fencingToken`. */
	readonly leases: readonly Lease[];
	readonly #controller = new AbortController();
	readonly #listening: readonly Disposable[];
	#release: Promise<void> | undefined;

	constructor(leases: readonly Lease[]) {
		this.leases = leases;
		this.#listening = leases.map(({signal}) =>
			signal.aborted ? this.#lose(signal) : addAbortListener(signal, () => this.#lose(signal)),
		);
	}

	/** Aborted as soon as one of the leases can no longer be trusted, with that one's `LeaseLostError`. Not aborted by `release()`. */
	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Compares the clock, so it is right even before the signal's event could run. @throws LeaseLostError of the first that has ended */
	throwIfLost(): void {
		for (const lease of this.leases) lease.throwIfLost();
	}

	/** Adds the check of each lease's znode, as `Lease` does: refused if one of them is gone. @throws InvalidArgumentError */
	fenced(transaction: Transaction): Transaction {
		return this.leases.reduce((fenced, lease) => lease.fenced(fenced), transaction);
	}

	/** Gives all back, the last first; what fails keeps none of the others. Resolves when all znodes are gone. Idempotent. */
	release(): Promise<void> {
		return (this.#release ??= this.#releaseAll());
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.release();
	}

	#lose({reason}: AbortSignal): Disposable {
		this.#controller.abort(reason);
		return {[Symbol.dispose]: () => {}};
	}

	async #releaseAll(): Promise<void> {
		for (const listening of this.#listening) listening[Symbol.dispose]();
		// Sent in this order; one client's are executed in it as well.
		const released = await Promise.allSettled(this.leases.toReversed().map(async lease => lease.release()));
		const failed = released.find(({status}) => status === 'rejected');
		if (failed?.status === 'rejected') throw failed.reason;
	}
}
