import type {Client, Transaction} from '../lib/index.ts';
import {FencedTransaction} from './fenced-transaction.ts';
import type {Lease} from './lease.ts';
import {LeaseLostError, type LossReason} from './recipe-error.ts';

type State =
	| {readonly status: 'held'}
	| {readonly status: 'lost'; readonly error: LeaseLostError}
	| {readonly status: 'released'};

/** A lease on an ephemeral znode of the client's session. Whoever made it tells it when it is lost. */
export class HeldLease implements Lease {
	readonly path: string;
	readonly fencingToken: bigint;
	readonly #client: Client;
	readonly #giveBack: () => Promise<void>;
	/** Made for whoever asks: most leases are given back without. */
	#controller: AbortController | undefined;
	#state: State = {status: 'held'};
	#release: Promise<void> | undefined;

	/** @param giveBack called once, for a lost lease too: its znode may still be there */
	constructor(
		client: Client,
		{path, fencingToken}: {readonly path: string; readonly fencingToken: bigint},
		giveBack: () => Promise<void>,
	) {
		this.#client = client;
		this.path = path;
		this.fencingToken = fencingToken;
		this.#giveBack = giveBack;
		// What granted it answers a question that is too old to be trusted; its event is over, and nobody will tell of it again.
		if (performance.now() >= client.trustedUntil) this.lose('untrusted');
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.#state.status === 'lost') this.#controller.abort(this.#state.error);
		return this.#controller.signal;
	}

	throwIfLost(): void {
		this.#client.checkClock();
		if (this.#client.state.status === 'closed') this.lose('closed', this.#client.state.cause);
		// Once more by this lease's own eyes: its event waits for the client's timer, this does not.
		if (this.#state.status === 'held' && performance.now() >= this.#client.trustedUntil) this.lose('untrusted');
		if (this.#state.status === 'lost') throw this.#state.error;
		if (this.#state.status === 'released') throw new LeaseLostError(this.path, 'released');
	}

	fenced(transaction: Transaction): Transaction {
		return new FencedTransaction(transaction, {
			client: this.#client,
			path: this.path,
			throwIfLost: () => this.throwIfLost(),
			refused: cause => {
				this.lose('deleted', cause);
				return new LeaseLostError(this.path, 'deleted', {cause});
			},
		});
	}

	/** For its maker: the lease can no longer be trusted. */
	lose(reason: LossReason, cause?: unknown): void {
		if (this.#state.status !== 'held') return;
		const error = new LeaseLostError(this.path, reason, cause === undefined ? {} : {cause});
		this.#state = {status: 'lost', error};
		this.#controller?.abort(error);
	}

	release(): Promise<void> {
		if (this.#state.status === 'held') this.#state = {status: 'released'};
		return (this.#release ??= this.#giveBack());
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.release();
	}
}
