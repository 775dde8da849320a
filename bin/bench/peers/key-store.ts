import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Security} from '../security.ts';

/** The Java client wants a certificate and its key in one file: this is one, for as long as it is not disposed of. */
export class KeyStore implements AsyncDisposable {
	readonly security: Security;
	readonly #folder: string | undefined;

	private constructor(security: Security, folder?: string) {
		this.security = security;
		this.#folder = folder;
	}

	/** Its `security` is the given one, with the file where there is a certificate. */
	static async create(security: Security): Promise<KeyStore> {
		const {tls} = security;
		if (tls?.cert === undefined || tls.key === undefined) return new KeyStore(security);
		const both = `${await readFile(tls.key, 'utf8')}\n${await readFile(tls.cert, 'utf8')}`;
		const folder = await mkdtemp(path.join(tmpdir(), 'docent-bench-'));
		const keyStore = path.join(folder, 'key-store.pem');
		await writeFile(keyStore, both, {mode: 0o600});
		return new KeyStore({...security, tls: {...tls, keyStore}}, folder);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#folder !== undefined) await rm(this.#folder, {recursive: true, force: true});
	}
}
