import {execFile} from 'node:child_process';

export type CommandResult = {
	/** The exit code; a signal's name if that ended it. */
	readonly end: number | string;
	readonly stdout: string;
	/** Both streams, for a failure's message. */
	readonly output: string;
};

/** Runs a command to its end, whatever that is, and kills it after two minutes; rejects only if it could not be started. */
export function runCommand(command: string, args: readonly string[], cwd: string): Promise<CommandResult> {
	return new Promise((resolve, reject) => {
		const options = {
			cwd,
			timeout: 120_000,
			killSignal: 'SIGKILL' as const,
			maxBuffer: 64 * 1024 * 1024,
			shell: process.platform === 'win32' && command === 'npm',
		};
		const child = execFile(command, args, options, (error, stdout, stderr) => {
			if (error && child.pid === undefined) {
				reject(error);
			} else {
				const end = child.exitCode ?? child.signalCode ?? 'unknown';
				resolve({end, stdout, output: `$ ${command} ${args.join(' ')}\n${stdout}${stderr}`});
			}
		});
	});
}
