import {
	type Client,
	type DataInput,
	InvalidArgumentError,
	isCoordinationError,
	type OperationOptions,
	type Transaction,
	type TransactionCreateOptions,
	TransactionError,
	type TransactionResult,
} from '../lib/index.ts';

type Version = {readonly version?: number | undefined};

/** What a transaction is fenced with. */
export type Fence = {
	readonly client: Client;
	/** The lease's znode. */
	readonly path: string;
	/** @throws LeaseLostError */
	throwIfLost(): void;
	/** The server says that the znode is gone. @returns what the commit is rejected with */
	refused(error: TransactionError): Error;
};

/** A transaction that checks a lease's znode, and says so in the lease's words when it is refused for that. */
export class FencedTransaction implements Transaction {
	readonly #transaction: Transaction;
	readonly #fence: Fence;

	/** @throws InvalidArgumentError */
	constructor(transaction: Transaction, fence: Fence) {
		if (transaction.client !== fence.client)
			throw new InvalidArgumentError(
				'transaction',
				transaction,
				`one of the client, or the namespace of it, that acquired ${fence.path}`,
			);
		this.#transaction = transaction.check(fence.path);
		this.#fence = fence;
	}

	get client(): Client {
		return this.#transaction.client;
	}

	create(path: string, data?: DataInput, options?: TransactionCreateOptions): this {
		this.#transaction.create(path, data, options);
		return this;
	}

	set(path: string, data: DataInput, options?: Version): this {
		this.#transaction.set(path, data, options);
		return this;
	}

	delete(path: string, options?: Version): this {
		this.#transaction.delete(path, options);
		return this;
	}

	check(path: string, options?: Version): this {
		this.#transaction.check(path, options);
		return this;
	}

	async commit(options?: OperationOptions): Promise<readonly TransactionResult[]> {
		this.#fence.throwIfLost();
		try {
			return await this.#transaction.commit(options);
		} catch (error) {
			throw this.#isMine(error) ? this.#fence.refused(error) : error;
		}
	}

	#isMine(error: unknown): error is TransactionError {
		if (!(error instanceof TransactionError)) return false;
		const {cause} = error;
		return isCoordinationError(cause, 'NO_NODE') && cause.path === this.#fence.path;
	}
}
