import type {Acl, CreateMode, Identity, Stat} from '../znode.ts';

export type CreateRequest = {
	readonly path: string;
	readonly data: Uint8Array | null;
	readonly acl: Acl;
	readonly mode: CreateMode;
	readonly ttl?: number | undefined;
};
export type SetRequest = {readonly path: string; readonly data: Uint8Array | null; readonly version: number};
export type AuthRequest = {readonly scheme: string; readonly auth: Uint8Array};
export type VersionedRequest = {readonly path: string; readonly version: number};
export type ReadRequest = {readonly path: string; readonly watch: boolean};

export type MultiOperation =
	| ({readonly type: 'create'} & CreateRequest)
	| ({readonly type: 'set'} & SetRequest)
	| ({readonly type: 'delete'} & VersionedRequest)
	| ({readonly type: 'check'} & VersionedRequest);

/** `error`: nothing of the transaction was executed; the culprit is the first whose code is not 0. */
export type MultiOutcome =
	| {readonly type: 'create'; readonly path: string; readonly stat: Stat | undefined}
	| {readonly type: 'set'; readonly stat: Stat}
	| {readonly type: 'delete' | 'check'}
	| {readonly type: 'error'; readonly resultCode: number};

export type ReconfigRequest = {
	readonly joining: string | null;
	readonly leaving: string | null;
	readonly members: string | null;
	/** The version of the configuration that is to be changed; -1 for any. */
	readonly fromConfig: bigint;
};

export type MultiReadOperation = {readonly type: 'get' | 'children'; readonly path: string};

/** Each read has its own. */
export type MultiReadOutcome =
	| {readonly type: 'get'; readonly data: Buffer | null; readonly stat: Stat}
	| {readonly type: 'children'; readonly children: readonly string[]}
	| {readonly type: 'error'; readonly resultCode: number};

/** Which of a path's server watches: `data` is left by get and exists, `child` by children. */
export type WatchKind = 'data' | 'child';

export type WatchTables = {
	readonly data: readonly string[];
	readonly exist: readonly string[];
	readonly child: readonly string[];
	readonly persistent: readonly string[];
	readonly recursive: readonly string[];
};

/** What a driver can be asked: each operation's request and its reply. */
export type Operations = {
	create: {request: CreateRequest; reply: {readonly path: string; readonly stat: Stat}};
	delete: {request: VersionedRequest; reply: void};
	exists: {request: ReadRequest; reply: Stat};
	get: {request: ReadRequest; reply: {readonly data: Buffer | null; readonly stat: Stat}};
	set: {request: SetRequest; reply: Stat};
	children: {request: ReadRequest; reply: {readonly children: readonly string[]; readonly stat: Stat}};
	getAcl: {request: {readonly path: string}; reply: {readonly acl: Acl; readonly stat: Stat}};
	setAcl: {request: {readonly path: string; readonly acl: Acl; readonly version: number}; reply: Stat};
	sync: {request: {readonly path: string}; reply: void};
	multi: {request: readonly MultiOperation[]; reply: readonly MultiOutcome[]};
	multiRead: {request: readonly MultiReadOperation[]; reply: readonly MultiReadOutcome[]};
	/** The ephemeral znodes of this session whose paths begin with `path`. */
	ephemerals: {request: {readonly path: string}; reply: readonly string[]};
	/** How many znodes are below `path`, at any depth. */
	descendantCount: {request: {readonly path: string}; reply: number};
	whoAmI: {request: undefined; reply: readonly Identity[]};
	/** Lists as in `zoo.cfg`, with commas between; `members` or the other two. @see EnsembleConfig */
	reconfig: {request: ReconfigRequest; reply: {readonly data: Buffer | null; readonly stat: Stat}};
	sasl: {request: {readonly token: Uint8Array}; reply: Buffer | null};
	auth: {request: AuthRequest; reply: void};
	addWatch: {request: {readonly path: string; readonly mode: 'persistent' | 'recursive'}; reply: void};
	removeWatches: {request: {readonly path: string; readonly kind: WatchKind | 'any'}; reply: void};
	/** Re-arms after a reconnect; what changed meanwhile comes as events before the reply. */
	setWatches: {request: WatchTables; reply: void};
	closeSession: {request: undefined; reply: void};
};
export type OperationName = keyof Operations;
export type RequestOf<Name extends OperationName> = Operations[Name]['request'];
export type ReplyOf<Name extends OperationName> = Operations[Name]['reply'];
