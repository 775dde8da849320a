import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, both PEM. */
export type Certificate = {readonly cert: string; readonly key: string};

/** A certificate authority of one test file, in a folder of its own. Made by openssl; the keys live as long as the test. */
export class Certificates implements AsyncDisposable {
	readonly folder: string;

	private constructor(folder: string) {
		this.folder = folder;
	}

	static async create(): Promise<Certificates> {
		const certificates = new Certificates(await mkdtemp(join(tmpdir(), 'docent-certificates-')));
		await certificates.#openssl('req', '-x509', ...newKey('ca'), '-subj', '/CN=authority', '-days', '2');
		return certificates;
	}

	get caFile(): string {
		return join(this.folder, 'ca.pem');
	}

	ca(): Promise<string> {
		return readFile(this.caFile, 'utf8');
	}

	/** @param alternative the subject's alternative names, as openssl writes them: `IP:127.0.0.1` */
	async issue(name: string, alternative: string): Promise<Certificate> {
		await this.#openssl('req', ...newKey(`${name}-request`), '-subj', `/CN=${name}`);
		await writeFile(join(this.folder, `${name}.ext`), `subjectAltName=${alternative}\n`);
		const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
		await this.#openssl('x509', '-req', '-in', `${name}-request.pem`, '-out', `${name}.pem`, ...signed);
		const [cert, key] = await Promise.all([
			readFile(join(this.folder, `${name}.pem`), 'utf8'),
			readFile(join(this.folder, `${name}-request.key`), 'utf8'),
		]);
		return {cert, key};
	}

	/** What ZooKeeper needs in `zoo.cfg` to serve TLS on a port with a certificate of this authority. */
	async serverProperties(
		secureClientPort: number,
		{cert, key}: Certificate,
		clientAuth: 'none' | 'need',
	): Promise<Record<string, string | number | boolean>> {
		const keyStore = join(this.folder, `${secureClientPort}-keystore.pem`);
		await writeFile(keyStore, key + cert);
		return {
			secureClientPort,
			serverCnxnFactory: 'org.apache.zookeeper.server.NettyServerCnxnFactory',
			'ssl.clientAuth': clientAuth,
			'ssl.keyStore.type': 'PEM',
			'ssl.keyStore.location': keyStore,
			'ssl.trustStore.type': 'PEM',
			'ssl.trustStore.location': this.caFile,
			// The clients of these tests have no names of their own.
			'ssl.hostnameVerification': false,
		};
	}

	async #openssl(...args: readonly string[]): Promise<void> {
		await run('openssl', args, {cwd: this.folder});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await rm(this.folder, {recursive: true, force: true});
	}
}

function newKey(name: string): string[] {
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	return [...curve, '-keyout', `${name}.key`, '-out', `${name}.pem`];
}
