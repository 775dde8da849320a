import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {DialError} from '../../errors/dial-error.ts';
import {abortable} from '../../util/abortable.ts';
import {deferred} from '../../util/deferred.ts';
import type {Server} from './ensemble.ts';

type Request = {
	/** Asked anew for each connection. */
	readonly secure: () => Promise<TlsOptions>;
	readonly server: Server;
	/** Milliseconds. */
	readonly timeout: number;
	readonly signal: AbortSignal;
};

/** A function that never answers must not end all dialling: it is asked again for the next connection, and what it gives for this one too late is dropped. @throws DialError `TLS_MATERIAL` */
export async function tlsMaterial({secure, server, timeout, signal}: Request): Promise<TlsOptions> {
	const say = (reason: string, cause?: unknown): DialError =>
		new DialError('TLS_MATERIAL', server.name, reason, {cause});
	const late = deferred<never>();
	const timer = setTimeout(
		() => late.reject(say(`the function given as \`ssl\` had no answer within ${timeout} ms`)),
		timeout,
	);
	const material = secure().catch((error: unknown) => {
		throw say('the TLS material for this connection could not be had', error);
	});
	try {
		return await abortable(Promise.race([material, late.promise]), signal, reason => say('no longer wanted', reason));
	} finally {
		clearTimeout(timer);
	}
}
