import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';

/** A server of the documents, in a process of its own; it says `listening on` and its port. */
export class ExampleServer implements AsyncDisposable {
	readonly url: string;
	readonly #process: ChildProcess;
	readonly #ended: Promise<unknown[]>;
	readonly #said: string[];

	private constructor(process: ChildProcess, ended: Promise<unknown[]>, said: string[], url: string) {
		this.#process = process;
		this.#ended = ended;
		this.#said = said;
		this.url = url;
	}

	/** @throws Error with what the process said, if it ended instead */
	static async start(folder: string, file: string, env: Readonly<Record<string, string>>): Promise<ExampleServer> {
		const child = spawn(process.execPath, ['--enable-source-maps', file], {
			cwd: folder,
			env: {...process.env, PORT: '0', ...env},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const ended = once(child, 'close');
		const said: string[] = [];
		child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
		const port = new Promise<string>(resolve => {
			createInterface(child.stdout).on('line', line => {
				const listening = /^listening on (?<port>\d+)$/.exec(line)?.groups?.['port'];
				if (listening === undefined) said.push(`${line}\n`);
				else resolve(listening);
			});
		});
		const first = await Promise.race([port, ended.then(() => undefined)]);
		if (first === undefined) throw new Error(`${file} ended: ${said.join('')}`);
		return new ExampleServer(child, ended, said, `http://127.0.0.1:${first}`);
	}

	/** What it complained about. */
	get complaints(): string {
		return this.#said.join('');
	}

	/** Asks it to end. @returns how it did: its exit code, or a signal's name */
	async terminate(): Promise<unknown> {
		this.#process.kill('SIGTERM');
		const [code, signal] = await this.#ended;
		return code ?? signal;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.#ended;
	}
}
