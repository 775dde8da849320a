import {CoordinationError} from './coordination-error.ts';

/** A server's refusal of one request. */
export class KeeperError extends CoordinationError {
	readonly code: string = 'KEEPER';
	/** ZooKeeper's own number, for example -101. */
	readonly resultCode: number;
	/** The operation as the client names it, for example `create`. */
	readonly operation: string;
	/** The znode's path as the caller wrote it, if the operation has one. */
	readonly path: string | undefined;

	constructor(resultCode: number, reason: string, operation: string, path?: string) {
		super(`${operation}${path === undefined ? '' : ` ${path}`}: ${reason}`);
		this.resultCode = resultCode;
		this.operation = operation;
		this.path = path;
	}
}

/** The znode, or the parent of the one to be created, does not exist. */
export class NoNodeError extends KeeperError {
	override readonly code = 'NO_NODE';
}
export class NodeExistsError extends KeeperError {
	override readonly code = 'NODE_EXISTS';
}
/** The znode's version is not the expected one: somebody else wrote it. */
export class BadVersionError extends KeeperError {
	override readonly code = 'BAD_VERSION';
}
export class NotEmptyError extends KeeperError {
	override readonly code = 'NOT_EMPTY';
}
export class NoAuthError extends KeeperError {
	override readonly code = 'NO_AUTH';
}
export class NoChildrenForEphemeralsError extends KeeperError {
	override readonly code = 'NO_CHILDREN_FOR_EPHEMERALS';
}
export class InvalidAclError extends KeeperError {
	override readonly code = 'INVALID_ACL';
}
export class NotReadOnlyError extends KeeperError {
	override readonly code = 'NOT_READ_ONLY';
}
export class QuotaExceededError extends KeeperError {
	override readonly code = 'QUOTA_EXCEEDED';
}

/** The servers were not told `reconfigEnabled=true`. */
export class ReconfigDisabledError extends KeeperError {
	override readonly code = 'RECONFIG_DISABLED';
}
/** Another reconfiguration has not been committed yet. */
export class ReconfigInProgressError extends KeeperError {
	override readonly code = 'RECONFIG_IN_PROGRESS';
}
/** Too few of the servers of the new configuration are connected to the leader and up to date. */
export class NewConfigNoQuorumError extends KeeperError {
	override readonly code = 'NEW_CONFIG_NO_QUORUM';
}

type KeeperErrorClass = new (resultCode: number, reason: string, operation: string, path?: string) => KeeperError;

/** KeeperException.Code, apart from the codes that end a session (those are in session-error.ts). */
const table: Readonly<Record<number, readonly [KeeperErrorClass, string]>> = {
	[-1]: [KeeperError, 'system error on the server'],
	[-2]: [KeeperError, 'not executed, because another operation of the transaction failed'],
	[-3]: [KeeperError, 'data inconsistency on the server'],
	[-5]: [KeeperError, 'the server could not decode the request'],
	[-6]: [KeeperError, 'the server does not implement this operation'],
	[-7]: [KeeperError, 'the operation timed out on the server'],
	[-8]: [KeeperError, 'the server refused the arguments'],
	[-13]: [NewConfigNoQuorumError, 'no quorum of the new configuration is connected'],
	[-14]: [ReconfigInProgressError, 'another reconfiguration is in progress'],
	[-101]: [NoNodeError, 'no such znode'],
	[-102]: [NoAuthError, 'not authorised'],
	[-103]: [BadVersionError, 'the version does not match'],
	[-108]: [NoChildrenForEphemeralsError, 'an ephemeral znode cannot have children'],
	[-110]: [NodeExistsError, 'the znode exists already'],
	[-111]: [NotEmptyError, 'the znode has children'],
	[-114]: [InvalidAclError, 'the ACL is not valid'],
	[-119]: [NotReadOnlyError, 'the server is read-only'],
	[-121]: [KeeperError, 'there is no such watch'],
	[-123]: [ReconfigDisabledError, 'reconfiguration is disabled (`reconfigEnabled` in zoo.cfg)'],
	[-124]: [KeeperError, 'the server serves nobody who has not authenticated by SASL'],
	[-125]: [QuotaExceededError, 'a quota is exceeded'],
	[-127]: [KeeperError, 'the server throttled the request'],
};

/** The error for a reply's result code; an unknown code gives a plain `KeeperError` with its number. */
export function keeperError(resultCode: number, operation: string, path?: string): KeeperError {
	const [ErrorClass, reason] = table[resultCode] ?? [KeeperError, `unknown result code ${resultCode}`];
	return new ErrorClass(resultCode, reason, operation, path);
}
