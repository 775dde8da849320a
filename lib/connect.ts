import {clientAddresses, isLoopback} from './client-addresses.ts';
import {Chroot} from './chroot.ts';
import type {Client} from './client.ts';
import {WireDriver} from './driver/wire/wire-driver.ts';
import type {Driver} from './driver/driver.ts';
import {missing} from './driver/unsupported.ts';
import {parseConnectString, parseHosts, type Server} from './driver/wire/ensemble.ts';
import {serves} from './driver/wire/serves.ts';
import type {EnsembleConfig} from './ensemble-config.ts';
import {AbortedError} from './errors/aborted-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {ConnectTimeoutError, SessionExpiredError} from './errors/session-error.ts';
import {type ConnectOptions, type ResolvedOptions, resolveOptions} from './options.ts';
import {Session} from './session/session.ts';
import type {SessionEvents} from './session/session-events.ts';
import {SessionClient} from './session-client.ts';
import {trackEnsemble} from './track-ensemble.ts';
import {deferred} from './util/deferred.ts';
import {subscribe} from './util/subscribe.ts';

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
	const unsubscribe = subscribe<SessionEvents>(client, {
		connected: () => opened.resolve(),
		closed: ({cause}) => opened.reject(cause),
	});
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
		if (resolved.trackEnsemble) void follow(client, session, servers, resolved);
		return client;
	} catch (error) {
		await client.close();
		throw error;
	} finally {
		clearTimeout(timer);
		unsubscribe();
	}
}

/** What the user's function gives is checked here: whatever is wrong with it is the user's to hear. */
function follow(client: Client, session: Session, known: readonly Server[], options: ResolvedOptions): Promise<void> {
	const {trackEnsemble: addresses, secure} = options;
	const isLocal = known.some(isLoopback);
	const addressesOf = (config: EnsembleConfig): string | undefined =>
		typeof addresses === 'function'
			? addresses(config)
			: clientAddresses(config, {isSecure: secure !== undefined, isLocal});
	return trackEnsemble(client, {
		known: known.map(({name}) => name).join(),
		addressesOf(config) {
			const told = addressesOf(config);
			if (told !== undefined) parseHosts(told);
			return told;
		},
		serves: (connectString, signal) => serves(parseHosts(connectString), secure, signal),
		setServers: connectString => session.setServers(connectString, true),
	});
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
