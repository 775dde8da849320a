import {type ChildProcess, fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {unlessAborted} from '../../lib/index.ts';
import type {Board} from './board.ts';
import {DemoError} from './demo-error.ts';
import {FrozenProcess} from './frozen-process.ts';
import type {ParentMessage, WorkerMessage, WorkerOrders} from './messages.ts';

const complaintShown = 2000;
/** Milliseconds that a dismissed worker may take to drain and to end. */
const dismissalPatience = 30_000;

/**
 * - `at work`: an end of its process is a failure of the demo
 * - `dismissed`: asked to drain and to end
 * - `killed`: by us
 */
type Member = {
	readonly id: string;
	readonly process: ChildProcess;
	readonly exited: Promise<void>;
	state: 'at work' | 'dismissed' | 'killed';
	complaints: string;
};

export type CrewOptions = {
	readonly board: Board;
	readonly orders: Omit<WorkerOrders, 'id'>;
	/** The compiled program that each worker runs. @default the demo's own */
	readonly program?: string | undefined;
	/** A worker ended that nobody had asked to, or not in order. */
	readonly onFailure: (error: Error) => void;
};

/** The worker processes, started, killed, frozen and dismissed by the demo. They end with it, however it ends. */
export class Crew implements AsyncDisposable {
	readonly #board: Board;
	readonly #orders: CrewOptions['orders'];
	readonly #program: string;
	readonly #members = new Map<string, Member>();
	readonly #onFailure: CrewOptions['onFailure'];

	constructor({board, orders, program, onFailure}: CrewOptions) {
		this.#board = board;
		this.#orders = orders;
		this.#program = program ?? fileURLToPath(new URL('./worker.js', import.meta.url));
		this.#onFailure = onFailure;
	}

	hire(id: string): void {
		const orders: WorkerOrders = {...this.#orders, id};
		const process = fork(this.#program, [JSON.stringify(orders)], {
			execArgv: ['--enable-source-maps'],
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		});
		const exited = new Promise<void>(resolve => process.once('close', () => resolve()));
		const member: Member = {id, process, exited, state: 'at work', complaints: ''};
		this.#members.set(id, member);
		this.#board.showWorker(id, 'starting');
		process.stderr?.on('data', (chunk: Buffer) => {
			member.complaints = `${member.complaints}${chunk.toString()}`.slice(0, complaintShown);
		});
		process.on('message', (message: WorkerMessage) => this.#hear(member, message));
		process.on('error', error => this.#onFailure(error));
		process.on('close', (code, signal) => this.#onEnd(member, code, signal));
	}

	#hear({id}: Member, message: WorkerMessage): void {
		if (message.kind === 'working') this.#board.showWorker(id, 'working');
		else this.#board.note(`${id} ${message.text}`, message.tone);
	}

	#onEnd({id, state, complaints}: Member, code: number | null, signal: string | null): void {
		if (state === 'killed') return;
		if (state === 'dismissed' && code === 0) {
			this.#board.showWorker(id, 'finished');
			return;
		}
		const end = signal ?? `code ${code}`;
		this.#onFailure(new DemoError('WORKER_ENDED', `worker ${id} ended with ${end}\n${complaints}`.trimEnd()));
	}

	/** SIGKILL. */
	async kill(id: string): Promise<void> {
		const member = this.#member(id);
		member.state = 'killed';
		member.process.kill('SIGKILL');
		await member.exited;
		this.#board.showWorker(id, 'killed');
	}

	/** SIGSTOP, until what this returns is disposed of. */
	freeze(id: string): FrozenProcess {
		const {pid} = this.#member(id).process;
		if (pid === undefined) throw new DemoError('WORKER_ENDED', `worker ${id} does not run`);
		this.#board.showWorker(id, 'frozen');
		return new FrozenProcess(pid);
	}

	/** Asks all to drain and to end; settles when they have ended, in order or, after a while, by SIGKILL. */
	async dismiss(signal?: AbortSignal): Promise<void> {
		const present = [...this.#members.values()].filter(({state}) => state === 'at work');
		for (const member of present) {
			member.state = 'dismissed';
			member.process.send({kind: 'stop'} satisfies ParentMessage);
		}
		const force = setTimeout(() => {
			for (const member of present) member.process.kill('SIGKILL');
		}, dismissalPatience);
		const ends = Promise.all(present.map(({exited}) => exited));
		try {
			await unlessAborted(ends, signal, 'dismiss the workers');
		} finally {
			clearTimeout(force);
		}
	}

	#member(id: string): Member {
		const member = this.#members.get(id);
		if (!member) throw new DemoError('UNEXPECTED', `there is no worker ${id}`);
		return member;
	}

	/** SIGKILL to whoever is left. */
	async [Symbol.asyncDispose](): Promise<void> {
		for (const member of this.#members.values()) {
			member.state = 'killed';
			member.process.kill('SIGKILL');
		}
		await Promise.all([...this.#members.values()].map(({exited}) => exited));
	}
}
