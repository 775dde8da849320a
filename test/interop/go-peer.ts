import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {repository} from '../helpers/repository.ts';
import {PipedPeer} from './piped-peer.ts';

const run = promisify(execFile);

/** The program, or why it could not be built: Go is the one runtime that the tests can do without. */
export class GoProgram implements AsyncDisposable {
	readonly missing: string | undefined;
	readonly #folder: string;

	private constructor(folder: string, missing: string | undefined) {
		this.#folder = folder;
		this.missing = missing;
	}

	static async build(): Promise<GoProgram> {
		const folder = await mkdtemp(join(tmpdir(), 'docent-go-'));
		const built = run('go', ['build', '-o', join(folder, 'peer'), '.'], {
			cwd: join(repository, 'test/interop/go-peer'),
			env: {...process.env, GOFLAGS: '-mod=readonly'},
			timeout: 120_000,
		});
		const missing = await built.then(
			() => undefined,
			(error: unknown) => String(error),
		);
		return new GoProgram(folder, missing);
	}

	/** A real go-zookeeper client. */
	async start(connectString: string): Promise<PipedPeer> {
		return PipedPeer.start(join(this.#folder, 'peer'), [connectString]);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await rm(this.#folder, {recursive: true, force: true});
	}
}
