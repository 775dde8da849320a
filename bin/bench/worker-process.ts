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
export interface Worker extends AsyncDisposable {
	/** Resolves when it has a session. @throws {BenchError} */
	ready(signal: AbortSignal): Promise<void>;
	send(command: Command): void;
	/** SIGKILL; resolves when the process is gone. */
	kill(): Promise<void>;
	/** Tells it to stop, and kills it if it does not in time. Idempotent. */
	stop(): Promise<void>;
}

/** @param onFailure once, if it ends or fails before it is told to stop */
export type StartWorker = (
	orders: WorkerOrders,
	onReport: (report: Report) => void,
	onFailure: (error: BenchError) => void,
) => Worker;

/** A worker with Docent. */
export class WorkerProcess implements Worker {
	readonly #child: ChildProcess;
	readonly #ready: Deferred<void> = deferred();
	readonly #exited: Deferred<void> = deferred();
	#dismissed = false;

	/** @param onFailure once, if it ends or fails before it is told to stop */
	constructor(orders: WorkerOrders, onReport: (report: Report) => void, onFailure: (error: BenchError) => void) {
		this.#ready.promise.catch(() => {});
		this.#child = fork(worker, [], {
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
		// Not as an argument: everybody can read a process's arguments, and there are credentials among them.
		this.#child.send(orders, () => {});
	}

	async ready(signal: AbortSignal): Promise<void> {
		await abortable(this.#ready.promise, signal, reason => new AbortedError('start the workers', reason));
	}

	send(command: Command): void {
		if (this.#child.connected) this.#child.send(command, () => {});
	}

	async kill(): Promise<void> {
		this.#dismissed = true;
		this.#child.kill('SIGKILL');
		await this.#exited.promise;
	}

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
