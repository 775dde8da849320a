/// <reference types="node" preserve="true" />
export {connect} from './connect.ts';
export {json, raw, SchemaError, text} from './codec.ts';
export {gzip} from './gzip.ts';
export {channelNames} from './diagnostics.ts';
export {AbortedError} from './errors/aborted-error.ts';
export {unlessAborted} from './errors/unless-aborted.ts';
export {InvalidArgumentError, UnsupportedError} from './errors/argument-error.ts';
export {CoordinationError, isCoordinationError} from './errors/coordination-error.ts';
export {DataTooLargeError} from './errors/data-error.ts';
export {DialError, type DialProblem} from './errors/dial-error.ts';
export {DriverUnavailableError} from './errors/driver-error.ts';
export {
	BadVersionError,
	InvalidAclError,
	KeeperError,
	NewConfigNoQuorumError,
	NoAuthError,
	NoChildrenForEphemeralsError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	NotReadOnlyError,
	QuotaExceededError,
	ReconfigDisabledError,
	ReconfigInProgressError,
} from './errors/keeper-error.ts';
export {
	AuthFailedError,
	ClientClosedError,
	ConnectionLossError,
	ConnectTimeoutError,
	ProtocolError,
	SessionExpiredError,
	TooManyWaitingError,
} from './errors/session-error.ts';
export {RequestTooLargeError} from './errors/request-error.ts';
export {TransactionError} from './errors/transaction-error.ts';
export {ancestorsOf, joinPath, nameOf, parentOf, validatePath} from './paths.ts';
export {
	boundedExponentialBackoff,
	exponentialBackoff,
	forever,
	nTimes,
	oneTime,
	untilElapsed,
} from './retry/retry-policy.ts';
export {creatorAcl, openAcl, readAcl} from './znode.ts';

export type {
	AclOf,
	Children,
	Client,
	Created,
	CreateOptions,
	Data,
	DataInput,
	Ensured,
	EnsureOptions,
	OperationOptions,
	ReadOptions,
	SetOrCreateOptions,
	UnwatchOptions,
	VersionOptions,
	WatchOptions,
	WriteOptions,
} from './client.ts';
export type {Address, EnsembleConfig, EnsembleServer} from './ensemble-config.ts';
export type {InSessionOptions, SessionScope} from './in-session.ts';
export type {Read, ReadResult} from './multi-read.ts';
export type {AclProvider, AuthOption, ConnectOptions, DriverName, SaslOption} from './options.ts';
export type {ReconfigOptions, Reconfiguration, ServerInput} from './reconfig.ts';
export type {ConnectionNotice, RequestTrace, RetryNotice, SessionNotice, WatchDiagnostic} from './diagnostics.ts';
export type {SslOptions, SslSource} from './driver/ssl-options.ts';
export type {Codec, StandardSchema, StandardSchemaIssue} from './codec.ts';
export type {GzipOptions} from './gzip.ts';
export type {RetryContext, RetryPolicy} from './retry/retry-policy.ts';
export type {SaslMechanism} from './session/sasl-mechanism.ts';
export type {ClientStats} from './session/session-record.ts';
export type {SessionCredentials} from './session/session-credentials.ts';
export type {SessionEvents as ClientEvents} from './session/session-events.ts';
export type {SessionState, SessionStatus, StateOf} from './session/state.ts';
export type {Transaction, TransactionCreateOptions, TransactionResult} from './transaction.ts';
export type {Cancellable} from './util/cancellable.ts';
export type {
	Acl,
	AclEntry,
	CreateMode,
	Identity,
	Permission,
	PersistentWatchEvent,
	Stat,
	WatchedEvent,
	WatchListener,
	WatchNotice,
} from './znode.ts';
