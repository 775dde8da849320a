import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, isCoordinationError, joinPath} from '../../../lib/index.ts';
import {now} from '../now.ts';
import {ControlLease} from './control-lease.ts';

const pause = 10;

/** One znode that whoever is quickest creates. It excludes, but nobody has a place. */
export class BargingLock {
	readonly #client: Client;
	readonly #path: string;

	constructor(client: Client, path: string) {
		this.#client = client;
		this.#path = joinPath(path, 'held');
	}

	async acquire(): Promise<ControlLease> {
		let queuedAt: number | undefined;
		for (;;) {
			try {
				const node = await this.#client.create(this.#path, '', {mode: 'ephemeral', createParents: true, retry: false});
				return new ControlLease(this.#client, node, true, queuedAt);
			} catch (error) {
				if (!isCoordinationError(error)) throw error;
				if (isCoordinationError(error, 'NODE_EXISTS')) queuedAt ??= now();
			}
			await sleep(pause);
		}
	}
}
