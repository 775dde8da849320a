import {type ConnectionOptions, createSecureContext} from 'node:tls';
import {InvalidArgumentError} from '../errors/argument-error.ts';

/** The part of `node:tls`'s options that is taken; the words and formats are Node's. The server's certificate and its name are always checked. */
export type SslOptions = Pick<
	ConnectionOptions,
	| 'ca'
	| 'cert'
	| 'key'
	| 'pfx'
	| 'passphrase'
	| 'crl'
	| 'ciphers'
	| 'minVersion'
	| 'maxVersion'
	| 'servername'
	| 'checkServerIdentity'
>;

/** `true`: TLS with the certificate authorities that Node knows. A function is called at each new connection, so that renewed certificates are taken up. */
export type SslSource = true | SslOptions | (() => SslOptions | Promise<SslOptions>);

const names = [
	'ca',
	'cert',
	'key',
	'pfx',
	'passphrase',
	'crl',
	'ciphers',
	'minVersion',
	'maxVersion',
	'servername',
	'checkServerIdentity',
] as const satisfies readonly (keyof SslOptions)[];

/** Gives what `tls.connect` needs, anew for each connection. No message ever holds the material. @throws InvalidArgumentError for what is given now and cannot be used */
export function sslSource(ssl: SslSource): () => Promise<ConnectionOptions> {
	if (typeof ssl === 'function') return async () => connectionOptions(await ssl());
	const options = connectionOptions(ssl === true ? {} : ssl);
	return () => Promise.resolve(options);
}

function connectionOptions(ssl: SslOptions): ConnectionOptions {
	if (typeof ssl !== 'object' || ssl === null)
		throw new InvalidArgumentError('options.ssl', typeof ssl, 'true, {ca, cert, key, …} or a function that returns it');
	const unknown = Object.keys(ssl).find(name => !names.some(known => known === name));
	if (unknown !== undefined)
		throw new InvalidArgumentError(`options.ssl.${unknown}`, typeof ssl, `absent; known are ${names.join(', ')}`);
	const {servername, checkServerIdentity, ...material} = ssl;
	try {
		return {
			secureContext: createSecureContext(material),
			...(servername === undefined ? {} : {servername}),
			...(checkServerIdentity === undefined ? {} : {checkServerIdentity}),
		};
	} catch (error) {
		throw new InvalidArgumentError('options.ssl', (error as Error).message, 'certificates and keys that fit together');
	}
}
