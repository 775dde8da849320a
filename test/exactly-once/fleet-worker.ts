import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {FrozenProcess} from '../../bin/demo/frozen-process.ts';
import type {ParentMessage, WorkerMessage, WorkerOrders} from './worker-orders.ts';

const program = fileURLToPath(new URL('./worker-process.js', import.meta.url));
const complaintsKept = 4000;

/**
 * - `at work`: an end of its process is a failure of the test
 * - `leaving`: asked to hand over and to end
 * - `killed`: by the test
 */
type State = 'at work' | 'leaving' | 'killed';

/** A worker in a process of its own. */
export class FleetWorker {
	readonly id: string;
	/** As the worker has it now. */
	session: {readonly id: bigint; readonly password: Buffer} | undefined;
	/** How often its transaction failed. */
	recoveries = 0;
	readonly halts: string[] = [];
	/** How many lanes it is processing. */
	running = 0;
	readonly #process: ChildProcess;
	readonly #exited: Promise<unknown>;
	#state: State = 'at work';
	#complaints = '';

	constructor(orders: WorkerOrders) {
		this.id = orders.id;
		this.#process = fork(program, [JSON.stringify(orders)], {
			execArgv: ['--enable-source-maps'],
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
		});
		this.#exited = once(this.#process, 'close');
		for (const stream of [this.#process.stdout, this.#process.stderr])
			stream?.on('data', (chunk: Buffer) => this.#complain(chunk.toString()));
		this.#process.on('message', (message: WorkerMessage) => this.#hear(message));
	}

	get isAtWork(): boolean {
		return this.#state === 'at work';
	}

	/** Why it should not have ended, if it has. */
	get failure(): string | undefined {
		const {exitCode, signalCode} = this.#process;
		if (exitCode === null && signalCode === null) return undefined;
		if (this.#state === 'killed' || (this.#state === 'leaving' && exitCode === 0)) return undefined;
		return `worker ${this.id} ended with ${signalCode ?? exitCode}: ${this.#complaints}`;
	}

	/** What it complained about last. */
	get complaints(): string {
		return this.#complaints;
	}

	/** SIGKILL; settles when the process is gone. */
	async kill(): Promise<void> {
		this.#state = 'killed';
		this.#process.kill('SIGKILL');
		await this.#exited;
	}

	/** SIGSTOP, until what this returns is disposed of. */
	freeze(): FrozenProcess {
		const {pid} = this.#process;
		if (pid === undefined) throw new Error(`worker ${this.id} does not run`);
		return new FrozenProcess(pid);
	}

	/** Lets it hand over and end; settles when it has. */
	async leave(): Promise<void> {
		this.#state = 'leaving';
		this.#send({type: 'stop'});
		await this.#exited;
	}

	/** Blocks its event loop; settles when it turns again. */
	async block(milliseconds: number): Promise<void> {
		const unblocked = new Promise<void>(resolve => {
			const onMessage = (message: WorkerMessage): void => {
				if (message.type !== 'unblocked') return;
				this.#process.off('message', onMessage);
				resolve();
			};
			this.#process.on('message', onMessage);
		});
		this.#send({type: 'block', milliseconds});
		await unblocked;
	}

	#send(message: ParentMessage): void {
		this.#process.send(message);
	}

	#hear(message: WorkerMessage): void {
		if (message.type === 'session')
			this.session = {id: BigInt(message.id), password: Buffer.from(message.password, 'hex')};
		if (message.type === 'recovering') this.recoveries++;
		if (message.type === 'running') this.running = message.lanes;
		if (message.type === 'halted') this.halts.push(message.text);
		if ('text' in message) this.#complain(`${message.type}: ${message.text}\n`);
	}

	#complain(text: string): void {
		this.#complaints = `${this.#complaints}${text}`.slice(-complaintsKept);
	}
}
