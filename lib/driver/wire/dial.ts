import {connect as connectPlain, isIP, type LookupFunction, type Socket} from 'node:net';
import {connect as connectTls, type ConnectionOptions, TLSSocket} from 'node:tls';
import {DialError} from '../../errors/dial-error.ts';
import type {Server} from './ensemble.ts';

/** A socket that is about to connect, and the event that says that bytes may be written. */
export type Dialled = {readonly socket: Socket; readonly ready: 'connect' | 'secureConnect'};

/** Where a socket is to connect to; for `net` and `tls` alike. */
type Target = {readonly host: string; readonly port: number; readonly lookup?: LookupFunction};

/** @param secure what `tls.connect` needs besides the address; without it the connection is plain */
export function dial(server: Server, secure: ConnectionOptions | undefined): Dialled {
	const target = targetOf(server);
	const socket = secure
		? connectTls({...serverName(server), ...secure, ...target, ALPNProtocols: []}).setNoDelay(true)
		: connectPlain({...target, noDelay: true});
	const {addresses} = server;
	if (addresses) socket.on('connectionAttempt', address => addresses.dialled(address));
	return {socket, ready: secure ? 'secureConnect' : 'connect'};
}

export function targetOf({host, port, addresses}: Server): Target {
	return {host, port, ...(addresses && {lookup: addresses.lookup})};
}

/** Which of a port's certificates is meant; TLS knows no such name for an address. */
export function serverName({host}: Server): Pick<ConnectionOptions, 'servername'> {
	return isIP(host) ? {} : {servername: host};
}

/** OpenSSL's names for the alerts by which a server refuses a client's certificate, or the lack of one. */
export const refusesCertificate: RegExp =
	/ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)/;

/** What a failure before the server's first answer means. */
export function dialError(error: NodeJS.ErrnoException, socket: Socket, {name}: Server): DialError {
	const {code = ''} = error;
	// Node sums several addresses up under the first one's code, and says nothing itself.
	const message = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
	const say = (problem: DialError['code'], reason: string): DialError =>
		new DialError(problem, name, `${reason} (${message.trim()})`, {cause: error});
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return say('HOST_UNKNOWN', 'the host name was not resolved');
	if (code === 'ECONNREFUSED') return say('NOTHING_LISTENS', 'nothing listens on this port');
	if (!(socket instanceof TLSSocket)) {
		// EPIPE: it had hung up before the request was written.
		const hasHungUp = code === 'ECONNRESET' || code === 'EPIPE';
		return hasHungUp ? closedBeforeAnswer(name, error) : say('CONNECTION_FAILED', 'no connection');
	}
	if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
		return say('HOSTNAME_MISMATCH', "the server's certificate is for another name");
	if (refusesCertificate.test(code))
		return say('CLIENT_CERTIFICATE_REFUSED', 'the server wants a client certificate that it trusts');
	// Node names a failed verification by OpenSSL's many words, but keeps it here too.
	if (socket.authorizationError) return say('CERTIFICATE_NOT_TRUSTED', "the server's certificate is not trusted");
	if (code === 'ECONNRESET' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
		return say('TLS_NOT_SPOKEN', 'the server broke off the TLS handshake, as one does that speaks no TLS on this port');
	return code.startsWith('ERR_')
		? say('TLS_FAILED', 'the TLS handshake failed')
		: say('CONNECTION_FAILED', 'no connection');
}

function messageOf(error: unknown): string {
	return (error as Error).message;
}

export function closedBeforeAnswer(server: string, cause?: unknown): DialError {
	return new DialError(
		'CLOSED_BEFORE_ANSWER',
		server,
		'the server closed the connection before it answered the connect request: it has too many connections from this address (`maxClientCnxns`), no quorum, data older than this client has seen, or is no ZooKeeper',
		{cause},
	);
}
