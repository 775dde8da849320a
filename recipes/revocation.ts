import {setImmediate as nextTurn} from 'node:timers/promises';
import {type Client, isCoordinationError} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {callIsolated} from '../lib/util/isolate.ts';
import {isInterruption} from './interruption.ts';
import type {Lease} from './lease.ts';
import {nextChange} from './next-change.ts';

/** What Curator's `Revoker` writes into the znode of the lock that it wants back. */
const message = Buffer.from('__REVOKE__');

export type OnRevoke = (lease: Lease) => void;

/** Asks the owner of a lock's znode to give it back. Does nothing if it is gone already. */
export async function requestRevocation(client: Client, path: string, options: Cancellable): Promise<void> {
	try {
		await client.set(path, message, options);
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
			await nextTurn();
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
