import {Chroot} from './chroot.ts';
import type {Client} from './client.ts';
import {WireDriver} from './driver/wire/wire-driver.ts';
import type {Driver} from './driver/driver.ts';
import {missing} from './driver/unsupported.ts';
import {parseConnectString, type Server} from './driver/wire/ensemble.ts';
import {AbortedError} from './errors/aborted-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {ConnectTimeoutError, SessionExpiredError} from './errors/session-error.ts';
import {type ConnectOptions, type ResolvedOptions, resolveOptions} from './options.ts';
import {Session} from './session/session.ts';
import {SessionClient} from './session-client.ts';
import {deferred} from './util/deferred.ts';

/**
 * Opens a client on an ensemble; resolves once its first session is open.
 *
 * @param connectString `host:port,host:port/chroot`
 * @throws InvalidArgumentError, UnsupportedError before any I/O
 * @throws DriverUnavailableError when the native driver was asked for and cannot be loaded
 * @throws ConnectTimeoutError when no server opened a session within `connectTimeout`
 * @throws SessionExpiredError when the session given by the option `session` is over
 * @throws AuthFailedError when a server refused a credential
 * @throws AbortedError
 */
export async function connect(connectString: string, options: ConnectOptions = {}): Promise<Client> {
	const {servers, chroot} = parseConnectString(connectString);
	const resolved = resolveOptions(options);
	const {signal} = options;
	AbortedError.throwIfAborted(signal, `connect to ${connectString}`);
	const {sessionTimeout, maxRequestLength, maxReplyLength, secure, canBeReadOnly, session: earlier} = resolved;
	const driver =
		resolved.driver === 'native'
			? await loadNative(servers, resolved, options)
			: new WireDriver({
					servers,
					session: earlier,
					canBeReadOnly,
					sessionTimeout,
					maxRequestLength,
					maxReplyLength,
					secure,
				});
	AbortedError.throwIfAborted(signal, `connect to ${connectString}`);
	let session!: Session;
	const client = new SessionClient({
		openSession: emitter => (session = new Session(driver, {...resolved, credentials: resolved.auth}, emitter)),
		chroot: new Chroot(chroot),
		options: resolved,
	});
	const opened = deferred();
	client.once('connected', () => opened.resolve());
	client.once('closed', ({cause}) => opened.reject(cause));
	const timer = setTimeout(() => {
		const failure = session.lastFailure;
		opened.reject(
			new ConnectTimeoutError(
				`connect to ${connectString}: no session within ${resolved.connectTimeout} ms${failure ? `; last failure: ${failure.message}` : ''}`,
				{
					cause: failure,
				},
			),
		);
	}, resolved.connectTimeout);
	try {
		await unlessAborted(opened.promise, signal, `connect to ${connectString}`);
		// The client that was asked for is that of the old session, not of the one that was opened in its place.
		if (resolved.session && session.era > 0) throw new SessionExpiredError(`connect to ${connectString}`);
		return client;
	} catch (error) {
		await client.close();
		throw error;
	} finally {
		clearTimeout(timer);
		client.removeAllListeners();
	}
}

/** Nothing of the native driver is loaded before. */
async function loadNative(
	servers: readonly Server[],
	{session, sessionTimeout, maxRequestLength}: ResolvedOptions,
	{ssl, sasl, canBeReadOnly, maxReplyLength}: ConnectOptions,
): Promise<Driver> {
	if (ssl !== undefined) throw missing('TLS');
	if (sasl !== undefined) throw missing('SASL');
	if (canBeReadOnly) throw missing('read-only mode');
	if (maxReplyLength !== undefined) throw missing('limit for replies');
	const {NativeDriver} = await import('./driver/native/native-driver.ts');
	return NativeDriver.load({servers, parse: parseConnectString, session, sessionTimeout, maxRequestLength});
}
