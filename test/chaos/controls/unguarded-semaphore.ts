import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, isCoordinationError, joinPath} from '../../../lib/index.ts';
import {ControlLease} from './control-lease.ts';

const pause = 10;

/** Counts, and then takes: somebody else may take in between. */
export class UnguardedSemaphore {
	readonly #client: Client;
	readonly #path: string;
	readonly #permits: number;

	constructor(client: Client, path: string, permits: number) {
		this.#client = client;
		this.#path = path;
		this.#permits = permits;
	}

	async acquire(): Promise<ControlLease> {
		for (;;) {
			try {
				if ((await this.#count()) < this.#permits) {
					const path = joinPath(this.#path, 'lease-');
					const options = {mode: 'ephemeral-sequential', createParents: true} as const;
					return new ControlLease(this.#client, await this.#client.create(path, '', options), true);
				}
			} catch (error) {
				if (!isCoordinationError(error)) throw error;
			}
			await sleep(pause);
		}
	}

	async #count(): Promise<number> {
		try {
			return (await this.#client.children(this.#path)).children.length;
		} catch (error) {
			if (isCoordinationError(error, 'NO_NODE')) return 0;
			throw error;
		}
	}
}
