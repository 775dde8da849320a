import type {Client, DataInput, OperationOptions} from './client.ts';
import type {Acl, CreateMode, Stat} from './znode.ts';

export type TransactionCreateOptions = {
	readonly mode?: CreateMode | undefined;
	readonly acl?: Acl | undefined;
	readonly ttl?: number | undefined;
};

/** One result an operation, in their order. */
export type TransactionResult =
	| {readonly operation: 'create'; readonly path: string; readonly stat: Stat | undefined}
	| {readonly operation: 'set'; readonly path: string; readonly stat: Stat}
	| {readonly operation: 'delete' | 'check'; readonly path: string};

/** Operations that are executed all or not at all. A builder: each method adds one operation and returns the same transaction. */
export interface Transaction {
	/** Whose paths these are, and whose session. */
	readonly client: Client;
	create(path: string, data?: DataInput, options?: TransactionCreateOptions): this;
	set(path: string, data: DataInput, options?: {readonly version?: number | undefined}): this;
	delete(path: string, options?: {readonly version?: number | undefined}): this;
	/** Fails the transaction unless the znode exists and, when given, has this version. */
	check(path: string, options?: {readonly version?: number | undefined}): this;
	/**
	 * @throws TransactionError when one operation was refused: it names the operation's index, and `cause` is that operation's own error. Nothing was executed then.
	 */
	commit(options?: OperationOptions): Promise<readonly TransactionResult[]>;
}
