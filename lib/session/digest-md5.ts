import {createHash, randomBytes} from 'node:crypto';
import type {SaslMechanism} from './sasl-mechanism.ts';

/** ZooKeeper's servers name themselves so, whatever their host is called. */
const digestUri = 'zookeeper/zk-sasl-md5';
const nonceCount = '00000001';
/** What a server may send once it is protected; nothing is, so it only has to be said. */
const maxBuffer = 65_536;

const md5 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
	const hash = createHash('md5');
	for (const part of parts) hash.update(part);
	return hash.digest();
};
const hex = (...parts: readonly (string | Uint8Array)[]): string => md5(...parts).toString('hex');

/** RFC 2831, 2.1.2.1: hashed as ISO 8859-1 where that can express it, otherwise as UTF-8. */
const hashed = (text: string): Buffer => Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8');
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

function directives(challenge: Uint8Array): Map<string, string> {
	const text = Buffer.from(challenge).toString('utf8');
	const pairs = text.matchAll(/(?<name>[a-z-]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^",]*))/gi);
	return new Map(
		[...pairs].map(({groups = {}}) => [
			groups['name'] ?? '',
			groups['quoted']?.replaceAll(/\\(.)/g, '$1') ?? groups['token'] ?? '',
		]),
	);
}

/** DIGEST-MD5 (RFC 2831), quality of protection `auth`, as ZooKeeper's `DigestLoginModule` takes it. Both sides prove that they know the password. */
export class DigestMd5 implements SaslMechanism {
	readonly name = 'DIGEST-MD5';
	readonly #username: string;
	readonly #password: string;

	constructor(username: string, password: string) {
		this.#username = username;
		this.#password = password;
	}

	*exchange(): Generator<Uint8Array, void, Uint8Array> {
		const challenge = directives(yield Buffer.alloc(0));
		const nonce = challenge.get('nonce');
		if (nonce === undefined || challenge.get('algorithm') !== 'md5-sess')
			throw new Error('the server offers no DIGEST-MD5');
		const realm = challenge.get('realm') ?? '';
		const cnonce = randomBytes(16).toString('base64');
		const secret = md5(hashed(`${this.#username}:${realm}:${this.#password}`));
		const ha1 = hex(secret, `:${nonce}:${cnonce}`);
		const proof = (action: string): string =>
			hex([ha1, nonce, nonceCount, cnonce, 'auth', hex(`${action}:${digestUri}`)].join(':'));
		const answer = yield Buffer.from(
			[
				'charset=utf-8',
				`username=${quoted(this.#username)}`,
				`realm=${quoted(realm)}`,
				`nonce=${quoted(nonce)}`,
				`nc=${nonceCount}`,
				`cnonce=${quoted(cnonce)}`,
				`digest-uri=${quoted(digestUri)}`,
				`maxbuf=${maxBuffer}`,
				`response=${proof('AUTHENTICATE')}`,
				'qop=auth',
			].join(','),
		);
		if (directives(answer).get('rspauth') !== proof(''))
			throw new Error('the server did not prove that it knows the password');
	}
}
