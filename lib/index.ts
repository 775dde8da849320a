/// <reference types="node" preserve="true" />
export {AbortedError} from './errors/aborted-error.ts';
export {InvalidArgumentError, UnsupportedError} from './errors/argument-error.ts';
export {CoordinationError, isCoordinationError} from './errors/coordination-error.ts';
export {
	BadVersionError,
	InvalidAclError,
	KeeperError,
	NoAuthError,
	NoChildrenForEphemeralsError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	NotReadOnlyError,
	QuotaExceededError,
} from './errors/keeper-error.ts';
export {
	AuthFailedError,
	ClientClosedError,
	ConnectionLossError,
	ConnectTimeoutError,
	ProtocolError,
	SessionExpiredError,
} from './errors/session-error.ts';
export {TransactionError} from './errors/transaction-error.ts';
export {creatorAcl, openAcl, readAcl} from './znode.ts';

export type {
	AclOf,
	Children,
	Client,
	ClientEvents,
	Created,
	CreateOptions,
	Data,
	DataInput,
	OperationOptions,
	PersistentWatchEvent,
	ReadOptions,
	VersionOptions,
	WatchListener,
	WatchOptions,
} from './client.ts';
export type {RetryContext, RetryPolicy} from './retry/retry-policy.ts';
export type {SessionState, SessionStatus, StateOf} from './session/state.ts';
export type {Transaction, TransactionCreateOptions, TransactionResult} from './transaction.ts';
export type {Cancellable} from './util/cancellable.ts';
export type {Acl, AclEntry, CreateMode, Permission, Stat, WatchedEvent, WatchNotice} from './znode.ts';
