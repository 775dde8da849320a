import {AbortedError, type Client, isCoordinationError} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {
	type AcquireOptions,
	type LeaderLatch,
	LeaderSelector,
	type Lease,
	MultiLock,
	Mutex,
	type LeaseGroup,
	type ReadWriteLock,
	type Term,
} from '../../recipes/index.ts';

/** A lease, or several, of whatever kind. */
export type Held = Pick<Lease, 'fencingToken' | 'signal' | 'fenced' | 'throwIfLost' | 'release'> & {
	readonly leases: readonly Lease[];
};

export function heldBy(held: Lease | LeaseGroup, release: () => Promise<void> = () => held.release()): Held {
	const leases = 'leases' in held ? held.leases : [held];
	return {
		leases,
		fencingToken: leases[0]?.fencingToken ?? 0n,
		signal: held.signal,
		fenced: transaction => held.fenced(transaction),
		throwIfLost: () => held.throwIfLost(),
		release,
	};
}

/** The lock at the path, and a second one behind it. */
export async function byMultiLock(client: Client, path: string, options: AcquireOptions): Promise<Held> {
	return heldBy(await new MultiLock([new Mutex(client, `${path}-and`), new Mutex(client, path)]).acquire(options));
}

/** One term of a participant that goes when that is over. */
export async function byLeadership(latch: LeaderLatch, {signal, revokeOn}: AcquireOptions): Promise<Held> {
	const leadership = latch.start({revokeOn});
	try {
		return heldBy(await leadership.whenLeader({signal}), () => leadership.close());
	} catch (error) {
		await leadership.close();
		throw error;
	}
}

/** As long as a selector's work takes. Its znodes are a mutex's. */
export async function bySelector(client: Client, path: string, options: AcquireOptions): Promise<Held> {
	const leading = deferred<Term>();
	const over = deferred();
	const selector = new LeaderSelector(client, path, term => {
		leading.resolve(term);
		return over.promise;
	});
	const running = selector.run(options);
	running.then(() => leading.reject(new AbortedError(`lead ${path}`, options.signal?.reason)), leading.reject);
	return heldBy(await leading.promise, async () => {
		over.resolve();
		await running.catch(error => {
			if (!isCoordinationError(error, 'LEASE_LOST')) throw error;
		});
	});
}

/** A reader that was a writer first. */
export async function byDowngrade({read, write}: ReadWriteLock, options: AcquireOptions): Promise<Lease> {
	for (;;) {
		const written = await write.acquire(options);
		try {
			return await read.acquire({...options, downgradeFrom: written});
		} catch (error) {
			if (!isCoordinationError(error, 'LEASE_LOST')) throw error;
		} finally {
			void written.release();
		}
	}
}
