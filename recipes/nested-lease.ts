import type {Transaction} from '../lib/index.ts';
import type {Lease} from './lease.ts';
import {LeaseLostError} from './recipe-error.ts';

/** A lease within another: it is lost with that one, and its release gives nothing back. */
export class NestedLease implements Lease {
	readonly #outer: Lease;
	#isReleased = false;

	constructor(outer: Lease) {
		this.#outer = outer;
	}

	get path(): string {
		return this.#outer.path;
	}

	get fencingToken(): bigint {
		return this.#outer.fencingToken;
	}

	get signal(): AbortSignal {
		return this.#outer.signal;
	}

	throwIfLost(): void {
		this.#outer.throwIfLost();
		if (this.#isReleased) throw new LeaseLostError(this.path, 'released');
	}

	fenced(transaction: Transaction): Transaction {
		this.throwIfLost();
		return this.#outer.fenced(transaction);
	}

	release(): Promise<void> {
		this.#isReleased = true;
		return Promise.resolve();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.release();
	}
}
