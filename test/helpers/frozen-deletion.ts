import {once} from 'node:events';
import {Worker} from 'node:worker_threads';

export type FrozenDeletionData = {readonly connectString: string; readonly outcome: Int32Array};

/** Deletes znodes, by a client in a thread of its own, while this thread is frozen: it wakes to open connections, sessions it may trust, and events it has not read. */
export class FrozenDeletion implements AsyncDisposable {
	readonly #worker: Worker;
	readonly #outcome: Int32Array;

	private constructor(worker: Worker, outcome: Int32Array) {
		this.#worker = worker;
		this.#outcome = outcome;
	}

	static async start(connectString: string): Promise<FrozenDeletion> {
		const outcome = new Int32Array(new SharedArrayBuffer(4));
		const workerData: FrozenDeletionData = {connectString, outcome};
		const worker = new Worker(new URL('frozen-deletion-worker.js', import.meta.url), {workerData});
		await once(worker, 'message');
		return new FrozenDeletion(worker, outcome);
	}

	/** Blocks until the znode is gone. */
	delete(path: string): void {
		Atomics.store(this.#outcome, 0, 0);
		this.#worker.postMessage(path);
		Atomics.wait(this.#outcome, 0, 0);
		if (this.#outcome[0] !== 1) throw new Error(`${path} was not deleted`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const ended = once(this.#worker, 'exit');
		this.#worker.postMessage(undefined);
		await ended;
	}
}
