import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {repository} from './repository.ts';

const run = promisify(execFile);
const keyExport = join(repository, 'test/helpers/ExportKey.java');
const password = 'only-for-tests';

/** A certificate with its key, both PEM. */
export type Certificate = {readonly cert: string; readonly key: string};

/** A certificate authority of one test file, in a folder of its own. Made by the JDK's keytool; the keys live as long as the test. */
export class Certificates implements AsyncDisposable {
	readonly folder: string;

	private constructor(folder: string) {
		this.folder = folder;
	}

	static async create(): Promise<Certificates> {
		const certificates = new Certificates(await mkdtemp(join(tmpdir(), 'docent-certificates-')));
		await certificates.#newKey('ca', 'authority', '-ext', 'bc:c=ca:true');
		await certificates.#keytool('-exportcert', '-rfc', ...store('ca'), '-file', 'ca.pem');
		return certificates;
	}

	get caFile(): string {
		return join(this.folder, 'ca.pem');
	}

	ca(): Promise<string> {
		return readFile(this.caFile, 'utf8');
	}

	/** @param alternative the subject's alternative names, as keytool writes them: `IP:127.0.0.1` */
	async issue(name: string, alternative: string): Promise<Certificate> {
		await this.#newKey(name, name);
		await this.#keytool('-certreq', ...store(name), '-file', `${name}.csr`);
		const signed = ['-ext', `SAN=${alternative}`, '-validity', '2', '-rfc', '-outfile', `${name}.pem`];
		await this.#keytool('-gencert', ...store('ca'), '-infile', `${name}.csr`, ...signed);
		const [cert, key] = await Promise.all([
			readFile(join(this.folder, `${name}.pem`), 'utf8'),
			this.#run('java', keyExport, `${name}.p12`, password, name),
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

	async #newKey(name: string, commonName: string, ...extensions: readonly string[]): Promise<void> {
		const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', `CN=${commonName}`, '-validity', '2'];
		await this.#keytool('-genkeypair', ...store(name), ...key, ...extensions);
	}

	async #keytool(...args: readonly string[]): Promise<void> {
		await this.#run('keytool', ...args);
	}

	/** One of the JDK's commands. */
	async #run(command: string, ...args: readonly string[]): Promise<string> {
		const home = process.env['JAVA_HOME'];
		const {stdout} = await run(home ? join(home, 'bin', command) : command, args, {cwd: this.folder});
		return stdout;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await rm(this.folder, {recursive: true, force: true});
	}
}

/** Each key has a store of its own. */
function store(name: string): string[] {
	return ['-keystore', `${name}.p12`, '-storetype', 'PKCS12', '-storepass', password, '-alias', name];
}
