import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants, cpus, setPriority} from 'node:os';

/** Turns until its parent is gone. */
const spinning = `
process.stdin.resume().on('end', () => process.exit());
function spin() {
	const end = performance.now() + 20;
	while (performance.now() < end);
	setImmediate(spin);
}
spin();
`;

/**
 * Keeps every processor of this machine awake, by a process each of the lowest priority, which gives way to whoever has work. Without it a processor is put to sleep in each pause of some
 * microseconds, and a request passes through so many threads of a server that waking them costs more than what they do; so much that a client which wastes time makes the server faster.
 */
export class KeptAwake implements AsyncDisposable {
	readonly #processes: readonly ChildProcess[];

	private constructor(processes: readonly ChildProcess[]) {
		this.#processes = processes;
	}

	static async start(): Promise<KeptAwake> {
		const processes = cpus().map(() =>
			spawn(process.execPath, ['-e', spinning], {stdio: ['pipe', 'ignore', 'inherit']}),
		);
		await Promise.all(processes.map(async each => once(each, 'spawn')));
		for (const pid of pidsOf(processes)) setPriority(pid, constants.priority.PRIORITY_LOW);
		return new KeptAwake(processes);
	}

	get pids(): readonly number[] {
		return pidsOf(this.#processes);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(
			this.#processes.map(async each => {
				if (each.exitCode !== null || each.signalCode !== null) return;
				const exited = once(each, 'exit');
				each.stdin?.end();
				await exited;
			}),
		);
	}
}

function pidsOf(processes: readonly ChildProcess[]): number[] {
	return processes.flatMap(({pid}) => pid ?? []);
}
