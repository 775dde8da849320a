import type {JavaProcess} from './java-process.ts';

/** A server in a Java process of its own: what can be done to it, whatever it serves. */
export abstract class JavaServer implements AsyncDisposable {
	protected readonly process: JavaProcess;

	protected constructor(process: JavaProcess) {
		this.process = process;
	}

	/** Starts the process on the data that is there, and waits until it serves. */
	protected abstract launch(signal: AbortSignal | undefined): Promise<void>;

	/** The process id while the server runs. */
	get pid(): number | undefined {
		return this.process.pid;
	}

	/** The temporary folder with the configuration, the output and, unless it was given another place, the data. */
	get folder(): string {
		return this.process.folder;
	}

	/** SIGTERM; settles when the process is gone. The data stays for {@link restart}. Does nothing if it is not running. */
	async stop(): Promise<void> {
		await this.process.stop();
	}

	/** SIGKILL; settles when the process is gone. The data stays for {@link restart}. Does nothing if it is not running. */
	async kill(): Promise<void> {
		await this.process.kill();
	}

	/**
	 * Stops the server if it runs, and starts it on the same data and the same ports.
	 *
	 * @throws {TestingError} `JAVA_MISSING`; `START_FAILED` and `START_TIMEOUT` with the server's output
	 */
	async restart({signal}: {readonly signal?: AbortSignal} = {}): Promise<void> {
		await this.stop();
		await this.launch(signal);
	}

	/** SIGSTOP: connections stay open, nothing is answered until {@link thaw}. @throws {TestingError} `NOT_RUNNING` */
	freeze(): void {
		this.process.freeze();
	}

	/** SIGCONT. @throws {TestingError} `NOT_RUNNING` */
	thaw(): void {
		this.process.thaw();
	}

	/** What the server has written so far. */
	async output(): Promise<string> {
		return this.process.output();
	}

	/** Kills the server and removes its temporary data. Idempotent. */
	async close(): Promise<void> {
		await this.process.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}
