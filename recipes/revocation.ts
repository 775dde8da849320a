import {type Client, InvalidArgumentError, isCoordinationError, parentOf, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {callIsolated} from '../lib/util/isolate.ts';
import type {AcquireOptions} from './acquire-options.ts';
import {isInterruption, nextAttempt} from './interruption.ts';
import type {Lease} from './lease.ts';
import {nextChange} from './next-change.ts';

/** What Curator's `Revoker` writes into the znode of the lock that it wants back. */
const message = Buffer.from('__REVOKE__');

export type OnRevoke = (lease: Lease) => void;

export type RevocableOptions = AcquireOptions & {
	/**
	 * Called once, if another participant asks for the lock (`revoke`, or Curator's `Revoker`). It is up to the holder to release it. The lock's znode holds no data
	 * then, as Curator's.
	 */
	readonly onRevoke?: OnRevoke | undefined;
};

/**
 * Asks the owner of a znode under `queue` to give the lock back. Does nothing if it is gone already.
 *
 * @throws InvalidArgumentError, KeeperError
 */
export async function requestRevocation(
	client: Client,
	queue: string,
	participant: string,
	options: Cancellable,
): Promise<void> {
	validatePath(participant);
	if (parentOf(participant) !== queue)
		throw new InvalidArgumentError('participant', participant, `the path of a znode under ${queue}`);
	try {
		await client.set(participant, message, options);
	} catch (error) {
		if (!isCoordinationError(error, 'NO_NODE')) throw error;
	}
}

/** Calls `onRevoke` once, when somebody asks for the lease. Ends with the lease; never rejects. */
export async function watchRevocation(client: Client, lease: Lease, onRevoke: OnRevoke): Promise<void> {
	while (isHeld(lease)) {
		const change = nextChange(client, lease.path);
		try {
			const {data} = await client.get(lease.path, {retry: false, watch: change.listener});
			if (data && message.equals(data)) {
				change.end();
				if (isHeld(lease)) callIsolated(onRevoke, lease);
				return;
			}
			await change.changed;
		} catch (error) {
			// Gone, not readable, or the client is closed.
			if (!isInterruption(error)) return;
			await nextAttempt(client, error);
		}
	}
}

function isHeld(lease: Lease): boolean {
	try {
		lease.throwIfLost();
		return true;
	} catch {
		return false;
	}
}
