import type {Client, DataInput, OperationOptions} from './client.ts';
import type {Chroot} from './chroot.ts';
import type {MultiOperation, MultiOutcome} from './driver/operation.ts';
import {keeperError} from './errors/keeper-error.ts';
import {TransactionError} from './errors/transaction-error.ts';
import {checkCreate, versionOf} from './operation-arguments.ts';
import {validateAcl} from './options.ts';
import {validatePath} from './paths.ts';
import type {Transaction, TransactionCreateOptions, TransactionResult} from './transaction.ts';
import type {Acl} from './znode.ts';

export type TransactionContext = {
	/** The ACL of a znode, unless its create says otherwise. */
	readonly aclOf: (serverPath: string) => Acl;
	readonly chroot: Chroot;
	readonly bytes: (operation: string, path: string, data: DataInput) => Uint8Array | null;
	/** @param path as the user wrote it, for messages */
	readonly call: (
		operations: readonly MultiOperation[],
		path: string,
		options: OperationOptions,
	) => Promise<readonly MultiOutcome[]>;
	/** Runs what needs the znode of the client's namespace. */
	readonly inNamespace: <T>(attempt: () => Promise<T>, options: OperationOptions) => Promise<T>;
};

/** The error results of a transaction: 0 before the culprit, -2 (not executed) after it. */
const succeeded = 0;

export class TransactionBuilder implements Transaction {
	readonly client: Client;
	readonly #context: TransactionContext;
	readonly #operations: MultiOperation[] = [];

	constructor(client: Client, context: TransactionContext) {
		this.client = client;
		this.#context = context;
	}

	create(
		path: string,
		data: DataInput = Buffer.alloc(0),
		{mode = 'persistent', acl, ttl}: TransactionCreateOptions = {},
	): this {
		checkCreate(path, {mode, ttl});
		return this.#add({
			type: 'create',
			path,
			data: this.#context.bytes('create', path, data),
			acl: acl === undefined ? this.#context.aclOf(this.#context.chroot.toServer(path, mode)) : validateAcl(acl),
			mode,
			ttl,
		});
	}

	set(path: string, data: DataInput, options: {readonly version?: number | undefined} = {}): this {
		validatePath(path);
		return this.#add({
			type: 'set',
			path,
			data: this.#context.bytes('set', path, data),
			version: versionOf(options),
		});
	}

	delete(path: string, options: {readonly version?: number | undefined} = {}): this {
		validatePath(path);
		return this.#add({type: 'delete', path, version: versionOf(options)});
	}

	check(path: string, options: {readonly version?: number | undefined} = {}): this {
		validatePath(path);
		return this.#add({type: 'check', path, version: versionOf(options)});
	}

	commit(options: OperationOptions = {}): Promise<readonly TransactionResult[]> {
		return this.#context.inNamespace(() => this.#commit(options), options);
	}

	async #commit(options: OperationOptions): Promise<readonly TransactionResult[]> {
		const [first] = this.#operations;
		if (!first) return [];
		const {chroot, call} = this.#context;
		const request = this.#operations.map(operation => ({
			...operation,
			path: chroot.toServer(operation.path, operation.type === 'create' ? operation.mode : undefined),
		}));
		const outcomes = await call(request, first.path, options);
		const culprit = outcomes.findIndex(outcome => outcome.type === 'error' && outcome.resultCode !== succeeded);
		if (culprit >= 0) throw this.#refusal(culprit, outcomes[culprit]);
		return this.#operations.map((operation, index) => this.#result(operation, outcomes[index]));
	}

	#add(operation: MultiOperation): this {
		this.#operations.push(operation);
		return this;
	}

	#refusal(index: number, outcome: MultiOutcome | undefined): TransactionError {
		const {type, path} = this.#operations[index] as MultiOperation;
		return new TransactionError(index, keeperError(outcome?.type === 'error' ? outcome.resultCode : 0, type, path));
	}

	#result({path}: MultiOperation, outcome: MultiOutcome | undefined): TransactionResult {
		switch (outcome?.type) {
			case 'create':
				return {operation: 'create', path: this.#context.chroot.fromServer(outcome.path), stat: outcome.stat};
			case 'set':
				return {operation: 'set', path, stat: outcome.stat};
			case 'delete':
			case 'check':
				return {operation: outcome.type, path};
			case 'error':
			case undefined:
				// The decoder has matched the number of results, and errors were sorted out above.
				throw new TypeError(`an impossible transaction result: ${JSON.stringify(outcome)}; please report this`);
		}
	}
}
