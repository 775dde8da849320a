import {type ChildProcess, fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {AbortedError} from '../../lib/index.ts';
import {abortable} from '../../lib/util/abortable.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {BenchError} from './bench-error.ts';
import type {Command, Report, WorkerOrders} from './messages.ts';

/** Milliseconds that a worker gets to end in order. */
const patience = 5000;
const worker = fileURLToPath(import.meta.resolve('./worker.js'));

/** A worker as its parent sees it. It is gone when this is disposed of. */
export class WorkerProcess implements AsyncDisposable {
	readonly #child: ChildProcess;
	readonly #ready: Deferred<void> = deferred();
	readonly #exited: Deferred<void> = deferred();
	#dismissed = false;

	/** @param onFailure once, if it ends or fails before it is told to stop */
	constructor(orders: WorkerOrders, onReport: (report: Report) => void, onFailure: (error: BenchError) => void) {
		this.#ready.promise.catch(() => {});
		this.#child = fork(worker, [JSON.stringify(orders)], {
			serialization: 'advanced',
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		const fail = (message: string): void => {
			const error = new BenchError('WORKER_ENDED', message);
			this.#ready.reject(error);
			if (!this.#dismissed) onFailure(error);
			this.#dismissed = true;
		};
		this.#child.on('message', (report: Report) => {
			if (report.kind === 'ready') this.#ready.resolve();
			else if (report.kind === 'failed') fail(report.message);
			else onReport(report);
		});
		// A worker that has just ended cannot be told anything any more.
		this.#child.on('error', () => {});
		this.#child.once('exit', (code, signal) => {
			fail(`a worker process ended with ${signal ?? `exit code ${code}`}`);
			this.#exited.resolve();
		});
	}

	/** Resolves when it has a session. @throws {BenchError} */
	async ready(signal: AbortSignal): Promise<void> {
		await abortable(this.#ready.promise, signal, reason => new AbortedError('start the workers', reason));
	}

	send(command: Command): void {
		if (this.#child.connected) this.#child.send(command, () => {});
	}

	/** SIGKILL; resolves when the process is gone. */
	async kill(): Promise<void> {
		this.#dismissed = true;
		this.#child.kill('SIGKILL');
		await this.#exited.promise;
	}

	/** Tells it to stop, and kills it if it does not in time. Idempotent. */
	async stop(): Promise<void> {
		this.#dismissed = true;
		this.send({kind: 'stop'});
		const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
		await this.#exited.promise;
		clearTimeout(timer);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.stop();
	}
}
