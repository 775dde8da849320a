import {connect as connectTls, type ConnectionOptions} from 'node:tls';
import {DialError} from '../../errors/dial-error.ts';
import {refusesCertificate, serverName, targetOf} from './dial.ts';
import type {Server} from './ensemble.ts';

/** Milliseconds. */
const answerTimeout = 500;

/** Of servers that hung up on a plain client: which of them speak TLS. Each is asked once. */
export class PlainRefusals {
	readonly #speaksTls = new Map<string, boolean>();

	/** Tells why a dial failed that may have wanted TLS: what it failed with, or `TLS_REQUIRED`. */
	async explain(error: Error, server: Server, signal: AbortSignal): Promise<Error> {
		const {code} = error as Partial<DialError>;
		// Some say in TLS that they are not understood.
		if (code !== 'CLOSED_BEFORE_ANSWER' && code !== 'NOT_ZOOKEEPER') return error;
		const isTls = this.#speaksTls.get(server.name) ?? (await speaksTls(server, answerTimeout, signal));
		if (isTls !== undefined) this.#speaksTls.set(server.name, isTls);
		if (!isTls) return error;
		const reason = 'this port speaks TLS: give the option `ssl`, or the port for plain connections';
		return new DialError('TLS_REQUIRED', server.name, reason, {cause: error});
	}
}

/** A server that expects TLS hangs up on a plain client without a word: only a try tells. Nothing is sent beyond TLS's own greeting. `undefined` if nothing was heard in time. */
function speaksTls(server: Server, timeout: number, signal: AbortSignal): Promise<boolean | undefined> {
	return new Promise(resolve => {
		const answered: ConnectionOptions['checkServerIdentity'] = () => {
			resolve(true);
			return undefined;
		};
		const socket = connectTls({...serverName(server), ...targetOf(server), checkServerIdentity: answered});
		const end = (): void => void socket.destroy();
		const timer = setTimeout(() => {
			resolve(undefined);
			end();
		}, timeout);
		signal.addEventListener('abort', end);
		socket.once('secureConnect', () => {
			resolve(true);
			end();
		});
		// A certificate that is not trusted, or one that is wanted, is an answer too.
		socket.once('error', (error: NodeJS.ErrnoException) =>
			resolve(Boolean(socket.authorizationError) || refusesCertificate.test(error.code ?? '')),
		);
		socket.once('close', () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve(false);
		});
	});
}
