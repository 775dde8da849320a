import {type ChildProcess, spawn} from 'node:child_process';
import {delimiter, join} from 'node:path';
import {createInterface} from 'node:readline';
import {resolveArtifacts} from '../../lib/testing/resolve-artifacts.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {repository} from '../helpers/repository.ts';

const curator = ['org.apache.curator:curator-recipes:5.9.0', 'org.slf4j:slf4j-simple:1.7.36'];

/** A real Curator client in a Java process of its own, which ends when this one does. */
export class CuratorPeer implements AsyncDisposable {
	readonly #process: ChildProcess;
	readonly #replies = new Map<string, Deferred<string>>();
	readonly #exited = deferred();
	#count = 0;

	private constructor(process: ChildProcess) {
		this.#process = process;
		createInterface({input: process.stdout as NodeJS.ReadableStream}).on('line', line => {
			const space = line.indexOf(' ');
			this.#replies.get(line.slice(0, space))?.resolve(line.slice(space + 1));
		});
		process.once('exit', code => {
			for (const {reject} of this.#replies.values()) reject(new Error(`the Curator process ended with code ${code}`));
			this.#exited.resolve();
		});
	}

	static async start(connectString: string): Promise<CuratorPeer> {
		const jars = await resolveArtifacts(curator);
		const source = join(repository, 'test/interop/CuratorPeer.java');
		const options = [
			'-Xmx128m',
			'-XX:+UseSerialGC',
			'-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
			'-cp',
			jars.join(delimiter),
		];
		const peer = new CuratorPeer(
			spawn('java', [...options, source, connectString], {stdio: ['pipe', 'pipe', 'inherit']}),
		);
		await peer.#reply('0');
		return peer;
	}

	/** Resolves with what Curator answered. @throws Error with Curator's exception */
	async ask(verb: string, path: string, argument = ''): Promise<string> {
		const number = String(++this.#count);
		const reply = this.#reply(number);
		this.#process.stdin?.write(`${number} ${verb} ${path} ${argument}\n`);
		const result = await reply;
		if (result.startsWith('error ')) throw new Error(`${verb} ${path}: ${result}`);
		return result;
	}

	/** As an operator's `kill -9`: the session is left to expire. */
	kill(): void {
		this.#process.kill('SIGKILL');
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#process.stdin?.end();
		await this.#exited.promise;
	}

	async #reply(number: string): Promise<string> {
		const waiting = deferred<string>();
		this.#replies.set(number, waiting);
		try {
			return await waiting.promise;
		} finally {
			this.#replies.delete(number);
		}
	}
}
