import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';

/** A client of another library in a process of its own, which ends when this one does. */
export class PipedPeer implements AsyncDisposable {
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
		const end = (error: Error): void => {
			for (const {reject} of this.#replies.values()) reject(error);
			this.#exited.resolve();
		};
		process.once('error', end);
		process.once('exit', code => end(new Error(`${process.spawnfile} ended with code ${code}`)));
	}

	static async start(command: string, args: readonly string[]): Promise<PipedPeer> {
		const peer = new PipedPeer(spawn(command, args, {stdio: ['pipe', 'pipe', 'inherit']}));
		await peer.#reply('0');
		return peer;
	}

	/**
	 * Resolves with what the other library answered.
	 *
	 * @param key a path, followed by `#name` where several contend on it: each has a thread there. @throws Error with its exception
	 */
	async ask(verb: string, key: string, argument = ''): Promise<string> {
		const number = String(++this.#count);
		const reply = this.#reply(number);
		this.#process.stdin?.write(`${number} ${verb} ${key} ${argument}\n`);
		const result = await reply;
		if (result.startsWith('error ')) throw new Error(`${verb} ${key}: ${result}`);
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
