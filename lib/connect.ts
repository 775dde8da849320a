import {Chroot} from './chroot.ts';
import type {Client} from './client.ts';
import {WireDriver} from './driver/wire/wire-driver.ts';
import {parseConnectString} from './driver/wire/ensemble.ts';
import {AbortedError} from './errors/aborted-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {ConnectTimeoutError, SessionExpiredError} from './errors/session-error.ts';
import {type ConnectOptions, resolveOptions} from './options.ts';
import {Session} from './session/session.ts';
import {SessionClient} from './session-client.ts';
import {deferred} from './util/deferred.ts';

/**
 * Opens a client on an ensemble; resolves once its first session is open.
 *
 * @param connectString `host:port,host:port/chroot`
 * @throws InvalidArgumentError before any I/O
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
	const driver = new WireDriver({
		servers,
		session: resolved.session,
		sessionTimeout: resolved.sessionTimeout,
		maxRequestLength: resolved.maxRequestLength,
		maxReplyLength: resolved.maxReplyLength,
		secure: resolved.secure,
	});
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
