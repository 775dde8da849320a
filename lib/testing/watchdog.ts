import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';

// Each line is the process to end, or nothing when there is none. The end of the input is the end of the owner, however it came.
const SCRIPT = `
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then kill -9 "$pid"; sleep 0.2; fi
rm -rf -- "$1"
`;

/**
 * Ends one process and removes one folder when this process ends, even by SIGKILL: a shell that holds the other end of a pipe. It runs
 * in a session of its own, so that a Ctrl-C or a signal to the process group leaves it to do its work.
 */
export class Watchdog {
	readonly #shell: ChildProcess;

	constructor(folder: string) {
		this.#shell = spawn('sh', ['-c', SCRIPT, 'docent-watchdog', folder], {
			stdio: ['pipe', 'ignore', 'ignore'],
			detached: true,
		});
		this.#shell.unref();
		// A shell that somebody killed must not take the owner down by EPIPE.
		this.#shell.stdin?.on('error', () => {});
		this.#shell.on('error', () => {});
	}

	/** From now on this process is the one to end. */
	watch(pid: number | undefined): void {
		this.#shell.stdin?.write(`${pid ?? ''}\n`);
	}

	/** Ends the process and removes the folder now. */
	async close(): Promise<void> {
		if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
		this.#shell.ref();
		const exited = once(this.#shell, 'exit');
		this.#shell.stdin?.end();
		await exited;
	}
}
