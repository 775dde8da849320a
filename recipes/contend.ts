import {addAbortListener} from 'node:events';
import {AbortedError, type Client} from '../lib/index.ts';
import {checkAcquireOptions} from './acquire-options.ts';
import type {ContendOptions} from './contend-options.ts';
import {Contender} from './contender.ts';
import type {HeldLease} from './held-lease.ts';

/**
 * Queues under `path` until the lease is held; without `waits`, gives `undefined` if somebody is there already.
 *
 * @throws AbortedError, InvalidArgumentError, and what a `Contender` rejects with
 */
export function contend(
	client: Client,
	path: string,
	options: ContendOptions & {readonly waits: true},
): Promise<HeldLease>;
export function contend(client: Client, path: string, options: ContendOptions): Promise<HeldLease | undefined>;
export async function contend(client: Client, path: string, options: ContendOptions): Promise<HeldLease | undefined> {
	const {signal} = options;
	checkAcquireOptions(options);
	AbortedError.throwIfAborted(signal, `acquire ${path}`);
	const contender = new Contender(client, path, options);
	const listening = signal && addAbortListener(signal, () => contender.abort(signal.reason));
	try {
		return await contender.outcome;
	} finally {
		listening?.[Symbol.dispose]();
	}
}
