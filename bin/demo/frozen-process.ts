import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';

// The end of the input is the end of the freeze, be it that it was asked for or that this process is gone: a frozen orphan would stay for good.
const script = 'kill -STOP "$1"; echo; read -r _; kill -CONT "$1"';

/** SIGSTOP to a process for as long as this lives. */
export class FrozenProcess implements AsyncDisposable {
	/** Resolves when the process has been sent the signal. */
	readonly frozen: Promise<void>;
	readonly #shell: ChildProcess;

	constructor(pid: number) {
		const shell = spawn('sh', ['-c', script, 'docent-freeze', String(pid)], {
			stdio: ['pipe', 'pipe', 'ignore'],
			detached: true,
		});
		shell.stdin.on('error', () => {});
		this.frozen = once(shell.stdout, 'data').then(() => undefined);
		this.frozen.catch(() => {});
		this.#shell = shell;
	}

	/** SIGCONT. Idempotent. */
	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
		const exited = once(this.#shell, 'exit');
		this.#shell.stdin?.end();
		await exited;
	}
}
