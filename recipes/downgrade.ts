import {randomUUID} from 'node:crypto';
import {
	AbortedError,
	type Client,
	type Created,
	type DataInput,
	isCoordinationError,
	joinPath,
	nameOf,
	parentOf,
	type Stat,
	TransactionError,
} from '../lib/index.ts';
import {type AcquireOptions, checkAcquireOptions} from './acquire-options.ts';
import {protectedName} from './contender-name.ts';
import {isInterruption, nextAttempt} from './interruption.ts';
import {keptLease} from './kept-lease.ts';
import type {Lease} from './lease.ts';
import {LeaseLostError} from './recipe-error.ts';
import {unlessAbandoned} from './unless-abandoned.ts';
import {withdraw} from './withdraw.ts';

/**
 * A read lease for the holder of the write lease, as Curator gives it since 5.5: a `__READ__` znode with the writer's own sequence number, so that no writer that
 * queues behind can get between the two. It is created together with a check of the write lease's znode: the server refuses it once that is gone.
 *
 * @throws LeaseLostError if the write lease has ended, AbortedError
 */
export function downgrade(
	client: Client,
	written: Lease,
	options: AcquireOptions & {readonly data: DataInput},
): Promise<Lease> {
	const {data, revokeOn, signal} = options;
	checkAcquireOptions(options);
	const operation = `acquire ${parentOf(written.path)}`;
	AbortedError.throwIfAborted(signal, operation);
	const making = create(client, written, data).then(created => keptLease(client, created, revokeOn));
	return unlessAbandoned(making, signal, operation, lease => void lease.release());
}

/** One name from the first attempt on: a create whose reply was lost is recognised when it is repeated. */
async function create(client: Client, written: Lease, data: DataInput): Promise<Created> {
	const digits = /-?\d+$/.exec(nameOf(written.path))?.[0] ?? '';
	const path = joinPath(parentOf(written.path), protectedName(randomUUID(), `__READ__${digits}`));
	const owner = client.session?.id ?? 0n;
	try {
		for (;;) {
			written.throwIfLost();
			const stat = await attempt(client, written, path, data);
			if (stat) return {path, stat};
		}
	} catch (error) {
		void withdraw(client, path, owner);
		throw error;
	}
}

/** @returns `undefined` if it is to be repeated */
async function attempt(client: Client, written: Lease, path: string, data: DataInput): Promise<Stat | undefined> {
	try {
		const transaction = client.transaction().check(written.path).create(path, data, {mode: 'ephemeral'});
		const [, result] = await transaction.commit({retry: false});
		return result?.operation === 'create' ? result.stat : undefined;
	} catch (error) {
		if (isRefused(error, 'NODE_EXISTS')) return client.exists(path);
		if (isRefused(error, 'NO_NODE')) throw new LeaseLostError(written.path, 'deleted', {cause: error});
		if (!isInterruption(error)) throw error;
		await nextAttempt(client, error);
		return undefined;
	}
}

function isRefused(error: unknown, code: string): boolean {
	return error instanceof TransactionError && isCoordinationError(error.cause, code);
}
