import type {EnsembleConfig} from './ensemble-config.ts';
import type {InSessionOptions, SessionScope} from './in-session.ts';
import type {Read, ReadResult} from './multi-read.ts';
import type {ReconfigOptions, Reconfiguration} from './reconfig.ts';
import type {RetryPolicy} from './retry/retry-policy.ts';
import type {ClientStats} from './session/session-record.ts';
import type {SessionCredentials} from './session/session-credentials.ts';
import type {SessionEvents} from './session/session-events.ts';
import type {SessionState, StateOf} from './session/state.ts';
import type {Transaction} from './transaction.ts';
import type {Cancellable} from './util/cancellable.ts';
import type {Subscribable} from './util/emitter.ts';
import type {Acl, CreateMode, Identity, PersistentWatchEvent, Stat, WatchListener} from './znode.ts';

export type OperationOptions = Cancellable & {
	/**
	 * Replaces the client's policy for this call; `false`, one attempt only. Only attempts whose repetition is sound are repeated: reads, writes that were never sent, and writes that are `idempotent`.
	 * @default the client's policy
	 */
	readonly retry?: RetryPolicy | false | undefined;
	/**
	 * Whether the call may run in a later session than the one it was made in: it then goes on waiting for a connection when its session ends, and is repeated in the next session where it
	 * would be repeated in the same. What a session owns, ephemeral znodes, is the later one's then. Not with `watch`. @default false: it rejects with `SessionExpiredError`
	 */
	readonly anySession?: boolean | undefined;
};
export type ReadOptions = OperationOptions & {
	/** Leaves a one-shot watch; dropped if the read fails (but `exists` leaves it on an absent znode too). */
	readonly watch?: WatchListener | undefined;
};
export type CreateOptions = OperationOptions & {
	/** @default 'persistent' */
	readonly mode?: CreateMode | undefined;
	/** @default the client's ACL, for this path */
	readonly acl?: Acl | undefined;
	/** Milliseconds, from 1 to 2^40 − 1 (the native driver: 2^31 − 1), only with the `ttl` modes. */
	readonly ttl?: number | undefined;
	/**
	 * Names the znode `_c_<uuid>-<name>`, as Curator does, so that a create whose reply was lost is found again (by `sync`, a list and an owner check) instead of made twice.
	 * @default true for sequential modes, false otherwise
	 */
	readonly protect?: boolean | undefined;
	/**
	 * Creates missing parents, with the call's `acl` if it has one, or else their own from the client: `true`, as containers, which the server removes once they have been emptied (Curator's
	 * `creatingParentContainersIfNeeded`); `'persistent'`, to stay (`creatingParentsIfNeeded`). Costs nothing while they exist. @default false
	 */
	readonly createParents?: boolean | 'persistent' | undefined;
	/**
	 * Repeats the create when its reply was lost. A repetition that finds a znode takes it for its own if it was never written since (version 0), has the same data and, with an
	 * ephemeral mode, belongs to this session; otherwise the `NodeExistsError` stands. Not for sequential modes, which `protect` makes safe.
	 *
	 * As Curator's `idempotent()`, but a znode that was there before the first attempt is always an error, where Curator takes an equal one. The mode and the ACL are not compared; and what
	 * others deleted between the attempts is created again. @default false
	 */
	readonly idempotent?: boolean | undefined;
};
export type VersionOptions = OperationOptions & {
	/** The version that the znode must have; -1 for any. @default -1 */
	readonly version?: number | undefined;
};
export type WriteOptions = VersionOptions & {
	/**
	 * Repeats the write when its reply was lost, as Curator's `idempotent()`.
	 *
	 * `set`: a repetition that is refused for its version is done all the same if the znode has the version after the expected one, and the same data; otherwise the `BadVersionError` stands. Without a
	 * `version`, the data is written once more, over whatever others wrote between the attempts.
	 *
	 * `delete`: a repetition that finds no znode is done; a `NoNodeError` of the first attempt stands, where Curator takes it too. Without a `version`, what others created between
	 * the attempts is deleted. @default false
	 */
	readonly idempotent?: boolean | undefined;
};
/** The options of a create are for the case that there is no such znode, `version` for the other. */
export type SetOrCreateOptions = Omit<CreateOptions, 'protect'> & WriteOptions;
export type EnsureOptions = Omit<CreateOptions, 'protect' | 'createParents' | 'idempotent'>;
export type UnwatchOptions = Cancellable & {
	/** Only what was left by `get` and `exists` (`data`), or by `children`. @default both */
	readonly kind?: 'data' | 'children' | undefined;
};
export type WatchOptions = Cancellable & {
	/** `recursive` covers the znode and all below it, without `children` events. @default 'persistent' */
	readonly mode?: 'persistent' | 'recursive' | undefined;
};

/** Data to write: a string is written as UTF-8; `null` and empty are different to ZooKeeper. */
export type DataInput = Uint8Array | string | null;
export type Created = {readonly path: string; readonly stat: Stat};
export type Data = {readonly data: Buffer | null; readonly stat: Stat};
/** `created`: whether it was this call that created the znode; otherwise the stat is that of the one which was there. */
export type Ensured = {readonly stat: Stat; readonly created: boolean};
/** `children` in no particular order. */
export type Children = {readonly children: readonly string[]; readonly stat: Stat};
export type AclOf = {readonly acl: Acl; readonly stat: Stat};

/**
 * A ZooKeeper client with one session at a time, opened by `connect`.
 *
 * Calls made in one turn of the event loop leave together and are executed in their order. A call made without a connection waits for one, but never runs in
 * a later session than the one it was made in, unless it says `anySession`. Every call settles: with its result, or with a `CoordinationError` that carries a `code`.
 *
 * Failures common to all calls: `InvalidArgumentError` (before any I/O), `AbortedError`, `ConnectionLossError`, `SessionExpiredError`, `ClientClosedError`, `KeeperError`
 * and its kinds.
 */
export interface Client extends Subscribable<SessionEvents>, AsyncDisposable {
	readonly state: SessionState;
	/**
	 * Until when, on the clock of `performance.now()`, this session's ephemeral znodes can be trusted to exist: the send time of the last answered request, plus the
	 * negotiated timeout, less the lease margin. `-Infinity` without a session. Compare it with the clock; do not cache it.
	 */
	readonly trustedUntil: number;
	/** The session of now, while it is connected or suspended. Hand it to a tool that ends sessions, or to the option `session` of another client; it prints without its password. */
	readonly session: SessionCredentials | undefined;
	/** Negotiated with the server, in milliseconds; `undefined` before the first session. */
	readonly sessionTimeout: number | undefined;
	/** Resolves when the client has ended: with the cause if it was not its owner who closed it. */
	readonly closed: Promise<Error | undefined>;

	/**
	 * Compares the clock with the session's deadlines and announces what is due (`untrusted`, `lost`) before it returns. Every call on the client does this first, so
	 * a process that slept past its session learns so before it acts.
	 */
	checkClock(): void;

	/** Resolves with the state as soon as it is `connected`. @throws ClientClosedError when it never will be */
	whenConnected(options?: Cancellable): Promise<StateOf<'connected'>>;

	/**
	 * Creates a znode. The path that comes back is what it is named: with its number in a sequential mode, with `_c_<uuid>-` in front when it is protected.
	 *
	 * @param data @default empty
	 * @throws NodeExistsError, NoNodeError when the parent is missing, NoChildrenForEphemeralsError, InvalidAclError, NoAuthError, QuotaExceededError, RequestTooLargeError
	 */
	create(path: string, data?: DataInput, options?: CreateOptions): Promise<Created>;
	/** @throws NoNodeError, NoAuthError */
	get(path: string, options?: ReadOptions): Promise<Data>;
	/** @throws NoNodeError, BadVersionError, NoAuthError, QuotaExceededError, RequestTooLargeError */
	set(path: string, data: DataInput, options?: WriteOptions): Promise<Stat>;
	/** @throws NoNodeError, BadVersionError, NotEmptyError, NoAuthError */
	delete(path: string, options?: WriteOptions): Promise<void>;
	/** `undefined` when there is no such znode. */
	exists(path: string, options?: ReadOptions): Promise<Stat | undefined>;
	/** The names of the children, one level deep. @throws NoNodeError, NoAuthError */
	children(path: string, options?: ReadOptions): Promise<Children>;
	/** @throws NoNodeError, NoAuthError */
	getAcl(path: string, options?: OperationOptions): Promise<AclOf>;
	/** `version` is the ACL's own (`aversion`). @throws NoNodeError, BadVersionError, InvalidAclError, NoAuthError */
	setAcl(path: string, acl: Acl, options?: VersionOptions): Promise<Stat>;
	/** What was committed when the leader answered is visible to every later read of this client. */
	sync(path: string, options?: OperationOptions): Promise<void>;
	/**
	 * Deletes the znode whatever happens to the connection: repeats until a server answers, or the session that was current at the call and every later one ended with the client.
	 * Resolves when the znode is gone or the client is closed; never rejects for a lost connection. An abort ends the wait, not the deletion.
	 */
	deleteGuaranteed(path: string, options?: Cancellable): Promise<void>;

	/**
	 * Deletes the znode and everything below it, the deepest first. What is gone already, the znode itself included, is no error. Not atomic: a failure leaves what was
	 * not deleted yet. @throws NotEmptyError when others go on creating znodes there
	 */
	deleteTree(path: string, options?: OperationOptions): Promise<void>;
	/** Writes the data whether or not the znode exists: sets it, or else creates it. Not with a sequential mode. */
	setOrCreate(path: string, data: DataInput, options?: SetOrCreateOptions): Promise<Stat>;
	/**
	 * Creates the znode, and missing parents as containers, unless it is there; one that is there stays as it is, with its data, mode and ACL. A lost reply does not make it
	 * fail (see `idempotent`). Not with a sequential mode. One round trip when the znode exists.
	 *
	 * @param data @default empty
	 */
	ensure(path: string, data?: DataInput, options?: EnsureOptions): Promise<Ensured>;
	/** Many reads in one round trip, each with a result or an error of its own. Leaves no watches. Needs ZooKeeper 3.6. */
	multiRead(reads: readonly Read[], options?: OperationOptions): Promise<readonly ReadResult[]>;
	/** This session's ephemeral znodes at or below `path`, in no particular order. Needs ZooKeeper 3.6. @param path @default '/' */
	getEphemerals(path?: string, options?: OperationOptions): Promise<readonly string[]>;
	/** How many znodes are below `path`, at any depth. Needs ZooKeeper 3.6. */
	getAllChildrenNumber(path: string, options?: OperationOptions): Promise<number>;

	/** All or nothing, in one round trip. */
	transaction(): Transaction;

	/**
	 * Does what has to happen in one session. `work` begins once the client is connected, and hands the signal of its scope to every call it makes: then none of them runs in a
	 * later session. If the session has ended by the time the work settles, the result counts for nothing: the call rejects, or with `retry` the work begins anew in the next session.
	 *
	 * @throws SessionExpiredError when the session ended, ClientClosedError when the client did; otherwise what `work` throws
	 */
	inSession<T>(work: (scope: SessionScope) => Promise<T>, options?: InSessionOptions): Promise<T>;

	/** A persistent watch on the server as a stream; ends on abort and when the client closes. Needs ZooKeeper 3.6. */
	watch(path: string, options?: WatchOptions): AsyncIterable<PersistentWatchEvent>;
	/**
	 * Takes a one-shot watch back, also one whose read is not answered yet: the listener is not called any more. When the last listener goes, the server's watch goes too. Resolves when the server has
	 * dropped it; never rejects for a lost connection. An abort ends the wait, and changes nothing else.
	 */
	unwatch(path: string, listener: WatchListener, options?: UnwatchOptions): Promise<void>;
	/**
	 * The same with every listener of the path that was left through this client, whoever left it: a recipe on the same client would wait for ever. What was left through a namespace is taken back
	 * through that one, so watches of one's own are best left through one of one's own (`client.namespace('')`). Streams of `watch` end by their own signals.
	 */
	unwatchAll(path: string, options?: UnwatchOptions): Promise<void>;

	/** Adds a credential to this and every later connection. An abort ends the wait; the credential stays. @throws AuthFailedError, after which the client is closed; UnsupportedError by the native driver for what is not UTF-8 */
	addAuth(scheme: string, auth: string | Uint8Array, options?: Cancellable): Promise<void>;

	/** Who this connection is to the server: its address, its certificate, its SASL name and the users of its credentials. Needs ZooKeeper 3.7. */
	whoAmI(options?: OperationOptions): Promise<readonly Identity[]>;

	/**
	 * Which servers the ensemble has, from `/zookeeper/config`, whatever the chroot or namespace; needs ZooKeeper 3.5. Where servers are reached through a proxy, or their configuration
	 * is a static one, it does not say where. `watch` is told when it changes; `unwatch('/zookeeper/config', listener)` takes it back. @throws NoNodeError, ProtocolError
	 */
	getConfig(options?: ReadOptions): Promise<EnsembleConfig>;
	/**
	 * Changes which servers the ensemble has, without a restart; needs ZooKeeper 3.5 with `reconfigEnabled=true` and the right to write `/zookeeper/config`: by default only the superuser's
	 * (`addAuth('digest', 'super:…')`). Resolves with the new configuration once it is in force; a `ConnectionLossError` whose `sent` is true leaves open whether it is: `getConfig` tells.
	 * A server that goes stays up, and stops answering clients only when it is stopped.
	 *
	 * @throws ReconfigDisabledError, NoAuthError
	 * @throws BadVersionError when `fromConfig` is not the version of now
	 * @throws ReconfigInProgressError while another one is under way
	 * @throws NewConfigNoQuorumError when too few of the new servers are up to date
	 * @throws UnsupportedError by the native driver
	 */
	reconfig(change: Reconfiguration, options?: ReconfigOptions): Promise<EnsembleConfig>;

	/** What the client has done and has to do, counted now. What happens as it happens is told on `node:diagnostics_channel`: see docs/diagnostics.md. */
	stats(): ClientStats;

	/**
	 * Other addresses of the same ensemble from now on. The client stays where it is, or moves, with its session, to spread a fleet of clients over the servers as the Java client does.
	 * The native driver does not spread: it moves only if the server that it is on is no longer named.
	 *
	 * @param connectString as for `connect`, without a chroot
	 * @throws InvalidArgumentError
	 */
	setServers(connectString: string): void;

	/**
	 * A client whose paths are below `name` and which shares this one's session, credentials and events: `client.namespace('orders').get('/42')` reads `/orders/42`. Its events, errors and
	 * results speak its own paths. The namespace's znode is created as a container when it is first needed, as by Curator; so it goes when it has been emptied, and comes back.
	 * Closing it ends its calls and watches (one-shot listeners are told `lost`, and the server's watches are taken back), and neither the session nor this client; release what was acquired through it before.
	 *
	 * @param name a path without the slash at its beginning: `orders`, `shop/orders`; empty for a view of the same paths, whose close takes back the watches that were left through it
	 * (Curator's `newWatcherRemoveCuratorFramework`)
	 * @throws InvalidArgumentError
	 */
	namespace(name: string): Client;

	/** Ends the session on the server, at most waiting `closeTimeout`. Idempotent; pending calls reject with `ClientClosedError`. */
	close(): Promise<void>;
}
