import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {type SslSource, sslSource} from './driver/ssl-options.ts';
import type {EnsembleConfig} from './ensemble-config.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {boundedExponentialBackoff, type RetryPolicy} from './retry/retry-policy.ts';
import {DigestMd5} from './session/digest-md5.ts';
import type {SaslMechanism} from './session/sasl-mechanism.ts';
import type {Cancellable} from './util/cancellable.ts';
import {type Acl, creatorAcl, openAcl} from './znode.ts';

/** A credential, presented on every connection before anything else. For `digest` it is `user:password`. Never appears in an error or a log. */
export type AuthOption = {readonly scheme: string; readonly auth: string | Uint8Array};

/** A name and its password, or another way to prove who the client is. The password never appears in an error or a log. */
export type SaslOption = {readonly username: string; readonly password: string} | SaslMechanism;

/** `wire`: pure TypeScript, everything there is. `native`: the npm package `zookeeper`, around ZooKeeper's C client. */
export type DriverName = 'wire' | 'native';

/**
 * The ACL of a znode that is about to be created, or `undefined` for the default.
 *
 * @param path as Curator's providers see it: below the connect string's chroot, with the names of namespaces and the `_c_<uuid>-` of a protected create, and without a sequence number
 */
export type AclProvider = (path: string) => Acl | undefined;

export type ConnectOptions = Cancellable & {
	/**
	 * What speaks to the servers. `native` needs the package `zookeeper` 7.3 installed and compiled, and lacks what its addon lacks: transactions, ACLs at create, reading
	 * ACLs, `null` data, a `ttl` above 2^31 − 1 ms, credentials that are not UTF-8, persistent watches, `multiRead`, `getEphemerals`, `getAllChildrenNumber`, `whoAmI`,
	 * `reconfig`, SASL, TLS, `canBeReadOnly`, `maxReplyLength`. Such a call, or `connect`, rejects with an `UnsupportedError` before any I/O. Its `close` blocks the event
	 * loop until the server has heard it, up to 1.5 s if that is mute; `unwatch` leaves the watch on the server until it fires. @default 'wire'
	 */
	readonly driver?: DriverName | undefined;
	/** Asked of the server, which clamps it to its own bounds (2 to 20 ticks); ms, from 1. @default 10_000 */
	readonly sessionTimeout?: number | undefined;
	/**
	 * Goes on with a session that another client has left without closing it (its process ended, or handed over): its `client.session`. Its ephemeral znodes stay; its watches do not.
	 * The other client, if it still runs, loses its connection and then fights for the session: end it first. @default none: a new session
	 */
	readonly session?: {readonly id: bigint; readonly password: Uint8Array} | undefined;
	/**
	 * Whether a server that is cut off from the others, and serves reads only (`readonlymode.enabled`, `localSessionsEnabled`), will do until there is one that takes writes. The state is
	 * `connected` with `readOnly` then; writes and `sync` reject with `NotReadOnlyError`. Such a server refuses the ensemble's own sessions, so one that was open is `lost` first; the
	 * session that it opens itself cannot be trusted (`trustedUntil` is `-Infinity`), and is `lost` on the way back. @default false
	 */
	readonly canBeReadOnly?: boolean | undefined;
	/**
	 * Whether the client follows the ensemble's configuration (`/zookeeper/config`) as servers come and go, so that it knows the new ones when the old are gone. It stays on its connection;
	 * the new addresses count from the next. A configuration is followed only if it tells where each server, observers too, listens for clients (not so in a static one), if those addresses
	 * are no loopback ones of another machine, and if one of them answers; otherwise what is known stays. A server that listens on all its addresses is taken to be where the other servers
	 * reach it. A function gives the connect string itself, for servers behind a proxy or NAT, or `undefined` to keep what is known. @default false
	 */
	readonly trackEnsemble?: boolean | ((config: EnsembleConfig) => string | undefined) | undefined;
	/** How long `connect` may take, and how long a call may wait for a connection; ms, from 1. @default 15_000 */
	readonly connectTimeout?: number | undefined;
	/**
	 * How many calls may wait for a connection at once; from 1. One more rejects at once, with a `ConnectionLossError` that says it was not sent and whose `cause` is a
	 * `TooManyWaitingError`; it is not repeated by `retry`. @default 10_000
	 */
	readonly maxWaitingCalls?: number | undefined;
	/** How long `close` waits for the server to confirm; ms, from 0. @default 2000 */
	readonly closeTimeout?: number | undefined;
	/** How long before the session's possible end its leases end; ms. @default a quarter of the negotiated session timeout */
	readonly leaseMargin?: number | undefined;
	/** For calls whose repetition is sound. `false`: none is repeated. @default boundedExponentialBackoff(100, 2000, 5), but none begins `connectTimeout` after the first attempt did */
	readonly retry?: RetryPolicy | false | undefined;
	/** @default none */
	readonly auth?: readonly AuthOption[] | undefined;
	/**
	 * TLS, over `node:tls`: `true`, or its `ca`, `cert`, `key`, `pfx`, `passphrase`, `servername`, …; or a function that returns them, called at each new connection.
	 * The server's certificate and its name are checked. What is wrong with TLS is named by the `code` of a `DialError`, the `cause` of the `ConnectTimeoutError`.
	 * @default none: plain connections
	 */
	readonly ssl?: SslSource | undefined;
	/**
	 * Who the client is, by SASL, proved on each connection before anything else: a user of the servers' `DigestLoginModule` (DIGEST-MD5), or a mechanism of your own.
	 * A ZooKeeper 3.9 server takes DIGEST-MD5 only with `-Dzookeeper.fips-mode=false`. @default none
	 */
	readonly sasl?: SaslOption | undefined;
	/**
	 * The ACL of everything the client creates, unless a call says otherwise: one for all, or a function of the path, as Curator's `ACLProvider`, which is asked for parents and the
	 * znodes of namespaces too. @default `creatorAcl` when `auth` or `sasl` is given, otherwise `openAcl`
	 */
	readonly acl?: Acl | AclProvider | undefined;
	/** The servers' `jute.maxbuffer`: larger requests are refused here, because a server would close the connection; bytes. @default 1_048_575 */
	readonly maxRequestLength?: number | undefined;
	/** The longest reply that is accepted; a longer one costs the connection; bytes. @default 67_108_864 (64 MiB) */
	readonly maxReplyLength?: number | undefined;
};

export type ResolvedOptions = {
	readonly driver: DriverName;
	readonly sessionTimeout: number;
	readonly session: {readonly id: bigint; readonly password: Uint8Array} | undefined;
	readonly canBeReadOnly: boolean;
	readonly trackEnsemble: NonNullable<ConnectOptions['trackEnsemble']>;
	readonly connectTimeout: number;
	readonly maxWaitingCalls: number;
	readonly closeTimeout: number;
	readonly leaseMargin: number | undefined;
	readonly retry: RetryPolicy | false;
	readonly auth: readonly {readonly scheme: string; readonly auth: Uint8Array}[];
	readonly sasl: SaslMechanism | undefined;
	readonly secure: (() => Promise<TlsOptions>) | undefined;
	/** @throws InvalidArgumentError when the user's own function answers nonsense */
	readonly acl: (path: string) => Acl;
	readonly maxRequestLength: number;
	readonly maxReplyLength: number;
};

const maxInt = 2 ** 31 - 1;

/** An attempt may wait `connectTimeout` for a connection; six of them in a row would keep a caller six times as long as was asked. */
function defaultRetry(connectTimeout: number): RetryPolicy {
	const backOff = boundedExponentialBackoff(100, 2000, 5);
	return context => (context.elapsed >= connectTimeout ? undefined : backOff(context));
}

/** All defaults in one place. @throws InvalidArgumentError */
export function resolveOptions({
	driver = 'wire',
	sessionTimeout = 10_000,
	session,
	canBeReadOnly = false,
	trackEnsemble = false,
	connectTimeout = 15_000,
	maxWaitingCalls = 10_000,
	closeTimeout = 2000,
	leaseMargin,
	retry = defaultRetry(connectTimeout),
	auth = [],
	ssl,
	sasl,
	acl,
	maxRequestLength = 1_048_575,
	maxReplyLength = 64 * 1024 * 1024,
}: ConnectOptions): ResolvedOptions {
	if (driver !== 'wire' && driver !== 'native')
		throw new InvalidArgumentError('options.driver', driver, '"wire" or "native"');
	requireWhole('options.sessionTimeout', sessionTimeout, 1);
	if (session !== undefined) requireSession(session);
	requireWhole('options.connectTimeout', connectTimeout, 1);
	requireWhole('options.maxWaitingCalls', maxWaitingCalls, 1);
	requireWhole('options.closeTimeout', closeTimeout, 0);
	if (leaseMargin !== undefined) requireWhole('options.leaseMargin', leaseMargin, 0);
	requireWhole('options.maxRequestLength', maxRequestLength, 1024);
	requireWhole('options.maxReplyLength', maxReplyLength, 1024);
	if (typeof canBeReadOnly !== 'boolean')
		throw new InvalidArgumentError('options.canBeReadOnly', canBeReadOnly, 'true or false');
	if (typeof trackEnsemble !== 'boolean' && typeof trackEnsemble !== 'function')
		throw new InvalidArgumentError('options.trackEnsemble', trackEnsemble, 'true, false or a function');
	if (retry !== false && typeof retry !== 'function')
		throw new InvalidArgumentError('options.retry', retry, 'a retry policy or false');
	// What stands there instead may hold a secret: the message says only its type.
	if (!Array.isArray(auth) || auth.some(entry => typeof entry !== 'object' || entry === null))
		throw new InvalidArgumentError('options.auth', typeof auth, 'a list of {scheme, auth}');
	return {
		driver,
		sessionTimeout,
		session,
		canBeReadOnly,
		trackEnsemble,
		connectTimeout,
		maxWaitingCalls,
		closeTimeout,
		leaseMargin,
		retry,
		auth: auth.map(({scheme, auth: credential}) => toCredential(scheme, credential)),
		sasl: sasl === undefined ? undefined : saslMechanism(sasl),
		secure: ssl === undefined ? undefined : sslSource(ssl),
		acl: aclProvider(acl, auth.length > 0 || sasl ? creatorAcl : openAcl),
		maxRequestLength,
		maxReplyLength,
	};
}

export function toCredential(
	scheme: string,
	auth: string | Uint8Array,
): {readonly scheme: string; readonly auth: Uint8Array} {
	if (typeof scheme !== 'string' || scheme === '')
		throw new InvalidArgumentError('scheme', scheme, 'a scheme name such as "digest"');
	// The value itself is a secret: the message says only its type.
	if (typeof auth !== 'string' && !(auth instanceof Uint8Array))
		throw new InvalidArgumentError('auth', typeof auth, 'a string or bytes');
	return {scheme, auth: typeof auth === 'string' ? Buffer.from(auth) : auth};
}

function requireSession(session: NonNullable<ConnectOptions['session']>): void {
	const valid =
		typeof session === 'object' &&
		session !== null &&
		typeof session.id === 'bigint' &&
		session.id !== 0n &&
		session.password instanceof Uint8Array;
	// Whoever knows the password can end the session: the message says only the value's type.
	if (!valid) throw new InvalidArgumentError('options.session', typeof session, '{id, password}, a bigint and bytes');
}

function saslMechanism(sasl: SaslOption): SaslMechanism {
	if (typeof sasl === 'object' && sasl !== null) {
		if ('exchange' in sasl && typeof sasl.exchange === 'function') return sasl;
		if ('username' in sasl && typeof sasl.username === 'string' && typeof sasl.password === 'string')
			return new DigestMd5(sasl.username, sasl.password);
	}
	// The value holds a secret: the message says only its type.
	throw new InvalidArgumentError('options.sasl', typeof sasl, '{username, password} or a SaslMechanism');
}

function aclProvider(acl: Acl | AclProvider | undefined, fallback: Acl): (path: string) => Acl {
	if (typeof acl === 'function') return path => validateAcl(acl(path) ?? fallback);
	const constant = validateAcl(acl ?? fallback);
	return () => constant;
}

const permissions = new Set<unknown>(['read', 'write', 'create', 'delete', 'admin']);

/** @throws InvalidArgumentError */
export function validateAcl(acl: Acl): Acl {
	const valid =
		Array.isArray(acl) &&
		acl.length > 0 &&
		acl.every(
			entry =>
				typeof entry?.scheme === 'string' &&
				typeof entry.id === 'string' &&
				(entry.permissions === 'all' ||
					(Array.isArray(entry.permissions) &&
						entry.permissions.every((permission: unknown) => permissions.has(permission)))),
		);
	if (!valid) throw new InvalidArgumentError('acl', acl, 'a list of at least one {permissions, scheme, id}');
	return acl;
}

export function requireWhole(argument: string, value: number, least: number): void {
	if (!Number.isInteger(value) || value < least || value > maxInt)
		throw new InvalidArgumentError(argument, value, `a whole number from ${least} to ${maxInt}`);
}
