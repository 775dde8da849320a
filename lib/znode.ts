/** A znode's metadata, as ZooKeeper's `Stat` record. Times are milliseconds since the epoch; zxids are bigints because they outgrow 2^53. */
export type Stat = {
	/** The zxid of the create. Grows with every later create in the ensemble: this is Docent's fencing token. */
	readonly czxid: bigint;
	readonly mzxid: bigint;
	readonly ctime: number;
	readonly mtime: number;
	readonly version: number;
	readonly cversion: number;
	readonly aversion: number;
	/** The id of the session that owns an ephemeral znode, otherwise 0n. */
	readonly ephemeralOwner: bigint;
	readonly dataLength: number;
	readonly numChildren: number;
	readonly pzxid: bigint;
};

/**
 * How a znode is created. `container` znodes are removed by the server once their last child is gone; `ttl` ones once they
 * have been idle and childless for `ttl` milliseconds (the server needs `extendedTypesEnabled`).
 */
export const createModes = [
	'persistent',
	'ephemeral',
	'persistent-sequential',
	'ephemeral-sequential',
	'container',
	'persistent-ttl',
	'persistent-sequential-ttl',
] as const;
export type CreateMode = (typeof createModes)[number];

export type Permission = 'read' | 'write' | 'create' | 'delete' | 'admin';
export type AclEntry = {
	readonly permissions: readonly Permission[] | 'all';
	/** `world`, `auth`, `digest`, `ip`, `x509`, `sasl` or a scheme that the server was given. */
	readonly scheme: string;
	readonly id: string;
};
/** Who a connection is to the server, or whom an ACL is about. */
export type Identity = {readonly scheme: string; readonly id: string};
export type Acl = readonly AclEntry[];

/** Everybody may do everything: ZooKeeper's OPEN_ACL_UNSAFE. */
export const openAcl: Acl = [{permissions: 'all', scheme: 'world', id: 'anyone'}];
/** Only those who hold one of the credentials of the connection that creates the znode: CREATOR_ALL_ACL. */
export const creatorAcl: Acl = [{permissions: 'all', scheme: 'auth', id: ''}];
/** Everybody may read: READ_ACL_UNSAFE. */
export const readAcl: Acl = [{permissions: ['read'], scheme: 'world', id: 'anyone'}];

/** What a server's watch tells. */
export type WatchedEvent = {
	readonly type: 'created' | 'deleted' | 'changed' | 'children';
	readonly path: string;
};

/**
 * What a watch listener is told. `lost`: the session ended, so the watch is gone and changes may have been missed.
 */
export type WatchNotice = WatchedEvent | {readonly type: 'lost'; readonly path: string};

/** Called in the order of the server's messages: after every reply that came before the event, before every reply that comes after it. */
export type WatchListener = (notice: WatchNotice) => void;

/** `missed`: the connection was away, events may have been missed; look again. The first event of a watch is `armed`. */
export type PersistentWatchEvent = WatchedEvent | {readonly type: 'armed' | 'missed'; readonly path: string};
