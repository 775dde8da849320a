import {CoordinationError} from './coordination-error.ts';
import type {KeeperError} from './keeper-error.ts';

/** A transaction was refused as a whole because of one operation: `index` says which, from 0, and `cause` why. */
export class TransactionError extends CoordinationError {
	readonly code = 'TRANSACTION_FAILED';
	readonly index: number;
	override readonly cause: KeeperError;

	constructor(index: number, cause: KeeperError) {
		super(`transaction refused at operation ${index}: ${cause.message}`);
		this.index = index;
		this.cause = cause;
	}
}
