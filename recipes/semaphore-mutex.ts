import type {Client} from '../lib/index.ts';
import type {MutexOptions} from './mutex.ts';
import {Semaphore} from './semaphore.ts';

/**
 * A lock on the znodes of Curator's `InterProcessSemaphoreMutex`: a semaphore with one lease. For sharing one with Java processes; `Mutex` does the same with half
 * the round trips, but on other znodes.
 *
 * Status: stable.
 *
 * Error handling: as `Mutex`.
 */
export class SemaphoreMutex extends Semaphore {
	constructor(client: Client, path: string, {data}: Pick<MutexOptions, 'data'> = {}) {
		super(client, path, {leases: 1, data});
	}
}
