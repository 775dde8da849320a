import type {Client} from '../lib/index.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import type {ContendOptions} from './contend-options.ts';
import type {Lease} from './lease.ts';
import type {Lock} from './lock.ts';
import {runUnder} from './run-under.ts';

/** A lock that is one contender in one queue. */
export class QueueLock implements Lock {
	readonly path: string;
	readonly #client: Client;
	readonly #queue: Pick<ContendOptions, 'kind' | 'precedence' | 'data'>;

	constructor(client: Client, path: string, queue: Pick<ContendOptions, 'kind' | 'precedence' | 'data'>) {
		this.path = path;
		this.#client = client;
		this.#queue = queue;
	}

	async acquire({signal, revokeOn}: AcquireOptions = {}): Promise<Lease> {
		return contend(this.#client, this.path, {...this.#queue, signal, revokeOn, waits: true});
	}

	async tryAcquire({signal, revokeOn}: AcquireOptions = {}): Promise<Lease | undefined> {
		return contend(this.#client, this.path, {...this.#queue, signal, revokeOn, waits: false});
	}

	async run<T>(work: (lease: Lease) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
		return runUnder(await this.acquire(options), work);
	}
}
