import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {AbortedError} from '../../../lib/index.ts';
import {abortable} from '../../../lib/util/abortable.ts';
import {type Deferred, deferred} from '../../../lib/util/deferred.ts';
import {BenchError} from '../bench-error.ts';
import type {Command, Report, WorkerOrders} from '../messages.ts';
import {monotonicMicros} from '../monotonic.ts';
import type {Worker} from '../worker-process.ts';
import {commandLine, orderLines, parsePeerLine} from './peer-line.ts';
import type {PeerProgram} from './peer-program.ts';

/** Milliseconds that a worker gets to end in order. */
const patience = 5000;
const complaintKept = 20_000;
const clockReadings = 20;

/** A worker with another client library, which speaks lines over pipes. It is gone when this is disposed of. */
export class PeerProcess implements Worker {
	readonly #child: ChildProcess;
	readonly #onReport: (report: Report) => void;
	readonly #onFailure: (error: BenchError) => void;
	readonly #ready: Deferred<void> = deferred();
	readonly #exited: Deferred<void> = deferred();
	readonly #name: string;
	#clock: Deferred<number> = deferred();
	/** Microseconds that our clock is ahead of the peer's: languages agree on no clock that all can read. */
	#ahead = 0;
	#isReady = false;
	#dismissed = false;
	#complaints = '';

	/**
	 * @param name of the client library
	 * @param onFailure once, if it ends or fails before it is told to stop
	 */
	constructor(
		name: string,
		{command, args}: PeerProgram,
		orders: WorkerOrders,
		onReport: (report: Report) => void,
		onFailure: (error: BenchError) => void,
	) {
		this.#name = name;
		this.#onReport = onReport;
		this.#onFailure = onFailure;
		this.#ready.promise.catch(() => {});
		this.#clock.promise.catch(() => {});
		// A Ctrl-C is for this process, which tells its own; they end with their input, hence with this one.
		const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
		this.#child = child;
		child.on('error', error => this.#fail(`${name}: ${command} could not be run: ${error.message}`));
		child.once('close', (code, signal) => {
			const [complaint] = this.#complaints.split('\n').filter(line => /error|exception/i.test(line));
			this.#fail(`the ${name} process ended with ${signal ?? `exit code ${code}`}${complaint ? `: ${complaint}` : ''}`);
			this.#exited.resolve();
		});
		createInterface({input: child.stdout}).on('line', line => this.#hear(line));
		child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
			this.#complaints = `${this.#complaints}${chunk}`.slice(-complaintKept);
		});
		// A process that has just ended cannot be told anything any more.
		child.stdin.on('error', () => {});
		for (const line of orderLines(orders)) this.#write(line);
	}

	/** Resolves when it has a session. @throws {BenchError} */
	async ready(signal: AbortSignal): Promise<void> {
		const work = async (): Promise<void> => {
			await this.#ready.promise;
			await this.#compareClocks();
			this.#isReady = true;
		};
		await abortable(work(), signal, reason => new AbortedError('start the workers', reason));
	}

	send(command: Command): void {
		this.#write(commandLine(command, this.#ahead));
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
		// One that is still being compiled hears nothing.
		if (!this.#isReady) return this.kill();
		this.send({kind: 'stop'});
		const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
		await this.#exited.promise;
		clearTimeout(timer);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.stop();
	}

	#write(line: string): void {
		if (this.#child.stdin?.writable) this.#child.stdin.write(`${line}\n`);
	}

	#hear(line: string): void {
		const report = parsePeerLine(line);
		if (!report) return;
		if (report.kind === 'ready') this.#ready.resolve();
		else if (report.kind === 'clock') this.#clock.resolve(report.now);
		else if (report.kind === 'failed') this.#fail(`${this.#name}: ${report.message}${this.#cause()}`);
		else if (report.kind === 'leading' || report.kind === 'resigned')
			this.#onReport({kind: report.kind, at: report.at + this.#ahead});
		else this.#onReport(report);
	}

	/** What its libraries have written about the failure, at the bottom of the latest stack trace. */
	#cause(): string {
		const cause = this.#complaints.match(/^Caused by: .+$/gm)?.at(-1);
		return cause === undefined ? '' : `; ${cause.replace('C', 'c')}`;
	}

	/** The quickest answer of some tells most exactly. */
	async #compareClocks(): Promise<void> {
		let quickest = Number.POSITIVE_INFINITY;
		for (let reading = 0; reading < clockReadings; reading++) {
			this.#clock = deferred();
			this.#clock.promise.catch(() => {});
			const asked = monotonicMicros();
			this.#write('clock');
			const theirs = await this.#clock.promise;
			const took = monotonicMicros() - asked;
			if (took >= quickest) continue;
			quickest = took;
			this.#ahead = asked + took / 2 - theirs;
		}
	}

	#fail(message: string): void {
		const error = new BenchError('WORKER_ENDED', message);
		this.#ready.reject(error);
		this.#clock.reject(error);
		if (!this.#dismissed) this.#onFailure(error);
		this.#dismissed = true;
	}
}
