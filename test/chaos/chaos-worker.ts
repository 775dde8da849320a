import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {FrozenProcess} from '../../bin/demo/frozen-process.ts';
import type {FaultProxy} from '../../lib/testing/index.ts';
import type {ParentMessage, WorkerMessage, WorkerOrders} from './worker-orders.ts';

const program = fileURLToPath(new URL('worker-process.js', import.meta.url));
const complaintsKept = 4000;

/** A process of a run, with a proxy of its own before each server. */
export class ChaosWorker {
	readonly proxies: readonly FaultProxy[];
	/** As the process has it now. */
	session: {readonly id: bigint; readonly password: Buffer} | undefined;
	readonly ready: Promise<void>;
	readonly exited: Promise<unknown>;
	readonly #process: ChildProcess;
	#complaints = '';

	constructor(
		orders: Omit<WorkerOrders, 'connectString'>,
		proxies: readonly FaultProxy[],
		hear: (message: WorkerMessage) => void,
	) {
		this.proxies = proxies;
		const connectString = proxies.map(({address}) => address).join(',');
		this.#process = fork(program, [JSON.stringify({...orders, connectString} satisfies WorkerOrders)], {
			execArgv: ['--enable-source-maps'],
			serialization: 'advanced',
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
		});
		this.exited = once(this.#process, 'close');
		for (const stream of [this.#process.stdout, this.#process.stderr])
			stream?.on('data', (chunk: Buffer) => {
				this.#complaints = (this.#complaints + chunk.toString()).slice(-complaintsKept);
			});
		this.ready = new Promise(resolve =>
			this.#process.on('message', (message: WorkerMessage) => {
				if (message.type === 'ready') resolve();
				else if (message.type === 'session') this.session = {id: message.id, password: Buffer.from(message.password)};
				else hear(message);
			}),
		);
	}

	/** Why it should not have ended, if it has. */
	get failure(): string | undefined {
		const {exitCode, signalCode} = this.#process;
		if (signalCode === null && (exitCode === null || exitCode === 0)) return undefined;
		return `a process ended with ${signalCode ?? exitCode}: ${this.#complaints}`;
	}

	get isRunning(): boolean {
		return this.#process.exitCode === null && this.#process.signalCode === null;
	}

	tell(message: ParentMessage): void {
		if (this.#process.connected) this.#process.send(message, () => undefined);
	}

	/** SIGSTOP, until what this returns is disposed of. */
	freeze(): FrozenProcess {
		const {pid} = this.#process;
		if (pid === undefined) throw new Error('the process does not run');
		return new FrozenProcess(pid);
	}

	/** SIGKILL, if it still runs, and no proxy any more. */
	async close(): Promise<void> {
		if (this.isRunning) this.#process.kill('SIGKILL');
		await this.exited;
		await Promise.all(this.proxies.map(async proxy => proxy.close()));
	}
}
