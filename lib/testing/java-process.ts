import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {mkdtemp, readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {throwIfAborted} from './check-options.ts';
import {TestingError} from './testing-error.ts';
import {Watchdog} from './watchdog.ts';

const READY_POLL = 25;
const STOP_PATIENCE = 10_000;
const OUTPUT_SHOWN = 4000;

type State =
	| {readonly type: 'stopped'}
	| {readonly type: 'running'; readonly child: ChildProcess; readonly pid: number; readonly exited: Promise<void>}
	| {readonly type: 'closed'};

export type JavaStart = {
	/** What follows `java`. */
	readonly arguments: readonly string[];
	/** Asked again and again until it says yes. */
	readonly isReady: () => Promise<boolean>;
	/** Milliseconds until `START_TIMEOUT`. */
	readonly timeout: number;
	readonly signal?: AbortSignal | undefined;
};

/** One Java process at a time with a working folder of its own, both gone when this process is. */
export class JavaProcess {
	/** What the process is called in messages. */
	readonly name: string;
	/** The temporary folder, removed by {@link close}. */
	readonly folder: string;
	readonly #watchdog: Watchdog;
	#state: State = {type: 'stopped'};

	private constructor(name: string, folder: string) {
		this.name = name;
		this.folder = folder;
		this.#watchdog = new Watchdog(folder);
	}

	static async create(name: string): Promise<JavaProcess> {
		return new JavaProcess(name, await mkdtemp(join(tmpdir(), `docent-${name}-`)));
	}

	/** The process id while it runs. */
	get pid(): number | undefined {
		return this.#state.type === 'running' ? this.#state.pid : undefined;
	}

	/** What the process has written so far, over all its starts. */
	async output(): Promise<string> {
		return readFile(this.#logFile, 'utf8').catch(() => '');
	}

	get #logFile(): string {
		return join(this.folder, 'output.log');
	}

	/** Starts the process and waits until it is ready. One that fails to start is stopped before this rejects. */
	async start({arguments: javaArguments, isReady, timeout, signal}: JavaStart): Promise<void> {
		throwIfAborted(signal, `starting ${this.name}`);
		if (this.#state.type !== 'stopped')
			throw new TestingError('NOT_RUNNING', `${this.name} is ${this.#state.type}, not stopped`);
		const state = await this.#spawn(javaArguments);
		const deadline = performance.now() + timeout;
		try {
			while (!(await isReady())) {
				throwIfAborted(signal, `starting ${this.name}`);
				if (this.pid !== state.pid) throw await this.#startError('START_FAILED', 'ended before it was ready');
				if (performance.now() > deadline)
					throw await this.#startError('START_TIMEOUT', `was not ready within ${timeout} ms`);
				await Promise.race([sleep(READY_POLL), state.exited]);
			}
		} catch (error) {
			await this.kill();
			throw error;
		}
	}

	/** Runs a Java program to its end in the same folder, its output kept with the rest. */
	async run(javaArguments: readonly string[], signal?: AbortSignal): Promise<void> {
		throwIfAborted(signal, `starting ${this.name}`);
		const state = await this.#spawn(javaArguments);
		await state.exited;
		if (state.child.exitCode !== 0) throw await this.#startError('START_FAILED', `could not be prepared`);
		throwIfAborted(signal, `starting ${this.name}`);
	}

	async #spawn(javaArguments: readonly string[]): Promise<State & {type: 'running'}> {
		const home = process.env['JAVA_HOME'];
		const java = home ? join(home, 'bin', 'java') : 'java';
		const log = openSync(this.#logFile, 'a');
		// Detached, so that a Ctrl-C reaches the owner alone, who may want to close in order; the watchdog does the rest.
		const child = spawn(java, javaArguments, {cwd: this.folder, stdio: ['ignore', log, log], detached: true});
		closeSync(log);
		const {pid} = child;
		if (pid === undefined) {
			const cause = await new Promise<Error>(resolve => child.once('error', resolve));
			throw new TestingError(
				'JAVA_MISSING',
				`${java} could not be run: install a JDK of version 17 or later, or set JAVA_HOME`,
				{cause},
			);
		}
		this.#watchdog.watch(pid);
		const exited = new Promise<void>(resolve => {
			child.once('exit', () => {
				if (this.#state === state) {
					this.#state = {type: 'stopped'};
					this.#watchdog.watch(undefined);
				}
				resolve();
			});
		});
		const state: State & {type: 'running'} = {type: 'running', child, pid, exited};
		this.#state = state;
		return state;
	}

	async #startError(code: 'START_FAILED' | 'START_TIMEOUT', what: string): Promise<TestingError> {
		const output = await this.output();
		return new TestingError(code, `${this.name} ${what}. Its output:\n${output.slice(-OUTPUT_SHOWN) || '(none)'}`);
	}

	/** SIGTERM, and SIGKILL if that is not enough. Settles when the process is gone; does nothing when there is none. */
	async stop(): Promise<void> {
		const state = this.#state;
		if (state.type !== 'running') return;
		// A frozen process would see SIGTERM only after its thaw.
		this.thaw();
		state.child.kill('SIGTERM');
		const force = setTimeout(() => state.child.kill('SIGKILL'), STOP_PATIENCE);
		await state.exited;
		clearTimeout(force);
	}

	/** SIGKILL. Settles when the process is gone; does nothing when there is none. */
	async kill(): Promise<void> {
		const state = this.#state;
		if (state.type !== 'running') return;
		state.child.kill('SIGKILL');
		await state.exited;
	}

	/** SIGSTOP: the process keeps its connections and answers nothing. */
	freeze(): void {
		this.#running().child.kill('SIGSTOP');
	}

	/** SIGCONT. */
	thaw(): void {
		this.#running().child.kill('SIGCONT');
	}

	#running(): State & {type: 'running'} {
		if (this.#state.type === 'running') return this.#state;
		throw new TestingError('NOT_RUNNING', `${this.name} does not run`);
	}

	/** Kills the process and removes the folder. Idempotent. */
	async close(): Promise<void> {
		await this.kill();
		this.#state = {type: 'closed'};
		await this.#watchdog.close();
	}
}
