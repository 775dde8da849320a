import {accessSync, constants, readFileSync} from 'node:fs';
import path from 'node:path';
import type {ConnectOptions} from '../../lib/index.ts';
import {BenchError} from './bench-error.ts';

/** How a session is secured. It holds secrets: no argument of a process, no message and no result shows any of it but the kinds. */
export type Security = {
	readonly auth?: {readonly scheme: string; readonly auth: string} | undefined;
	readonly sasl?: {readonly username: string; readonly password: string} | undefined;
	/** The files' absolute paths. */
	readonly tls?: TlsFiles | undefined;
};
export type TlsFiles = {
	readonly ca: string | undefined;
	readonly cert: string | undefined;
	readonly key: string | undefined;
	/** The key and its certificate in one file, for whom needs that. */
	readonly keyStore?: string | undefined;
};

/** As the command line has it: names of files. */
export type SecurityOptions = {
	readonly authFile: string | undefined;
	readonly saslFile: string | undefined;
	/** Set by `--tls`, and by each of the files. */
	readonly tls: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>> | undefined;
};

/** Reads the files and the environment. @throws {BenchError} `USAGE`, which never holds what was read */
export function readSecurity(
	{authFile, saslFile, tls}: SecurityOptions,
	environment: Readonly<Record<string, string | undefined>>,
): Security {
	const [scheme, auth] = credential('auth', authFile, environment['DOCENT_BENCH_AUTH'], 'digest:user:password') ?? [];
	const [username, password] = credential('sasl', saslFile, environment['DOCENT_BENCH_SASL'], 'user:password') ?? [];
	return {
		auth: scheme === undefined || auth === undefined ? undefined : {scheme, auth},
		sasl: username === undefined || password === undefined ? undefined : {username, password},
		tls: tls && {
			ca: readable('tls-ca', tls.ca),
			cert: readable('tls-cert', tls.cert),
			key: readable('tls-key', tls.key),
		},
	};
}

/** What `connect` needs of it; the files are read now. */
export function connectOptions({auth, sasl, tls}: Security): Pick<ConnectOptions, 'auth' | 'sasl' | 'ssl'> {
	const contents = Object.entries({ca: tls?.ca, cert: tls?.cert, key: tls?.key}).flatMap(([name, file]) =>
		file === undefined ? [] : [[name, readFileSync(file)]],
	);
	return {
		...(auth ? {auth: [auth]} : {}),
		...(sasl ? {sasl} : {}),
		...(tls ? {ssl: contents.length === 0 ? true : Object.fromEntries(contents)} : {}),
	};
}

/** For a result's settings: the kinds alone. */
export function securitySettings({auth, sasl, tls}: Security): Readonly<Record<string, string>> {
	return {
		...(auth ? {auth: auth.scheme} : {}),
		...(sasl ? {sasl: 'DIGEST-MD5'} : {}),
		...(tls ? {tls: tls.cert === undefined ? 'on' : 'client certificate'} : {}),
	};
}

/** What is before the first colon, and what after it. */
function credential(
	name: string,
	file: string | undefined,
	variable: string | undefined,
	accepted: string,
): readonly [string, string] | undefined {
	const text = file === undefined ? variable : read(`${name}-file`, file);
	if (text === undefined || text === '') return undefined;
	const [, first, rest] = /^([^:\s]+):(.+)$/.exec(text.replace(/\r?\n$/, '')) ?? [];
	if (first !== undefined && rest !== undefined) return [first, rest];
	const source = file === undefined ? `DOCENT_BENCH_${name.toUpperCase()}` : `--${name}-file ${file}`;
	throw new BenchError('USAGE', `${source} must hold one line like ${accepted}`);
}

function read(option: string, file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new BenchError('USAGE', `--${option} ${file}: ${(error as Error).message}`, {cause: error});
	}
}

function readable(option: string, file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	try {
		accessSync(file, constants.R_OK);
		return path.resolve(file);
	} catch (error) {
		throw new BenchError('USAGE', `--${option} ${file}: ${(error as Error).message}`, {cause: error});
	}
}
