import {type Client, type ClientEvents, type Created, nameOf, parentOf} from '../lib/index.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import {endedAlready, endings, type RevokeOn} from './connection-policy.ts';
import {HeldLease} from './held-lease.ts';
import {QueueWatches} from './queue-watches.ts';
import type {LossReason} from './recipe-error.ts';
import {withdraw} from './withdraw.ts';

/**
 * A lease on an ephemeral znode that was granted without a wait of its own: it is lost as every lease is, and gives its znode back.
 * Call it in the turn in which the create's reply is seen.
 *
 * @param takeBack deletes the znode, whose name is nobody else's unless this says otherwise
 */
export function keptLease(
	client: Client,
	{path, stat}: Created,
	revokeOn: RevokeOn | undefined,
	takeBack: () => Promise<void> = () => withdraw(client, path, stat.ephemeralOwner),
): HeldLease {
	const name = nameOf(path);
	let status: 'unwatched' | 'watched' | 'over' = 'unwatched';
	const watch = (): void => {
		if (status !== 'unwatched' || client.state.status !== 'connected') return;
		status = 'watched';
		watches.add(name);
	};
	const end = (): void => {
		status = 'over';
		unsubscribe();
		watches.takeBack(name);
	};
	const lose = (reason: LossReason, cause?: unknown): void => {
		end();
		lease.lose(reason, cause);
	};
	const lease = new HeldLease(client, {path, fencingToken: stat.czxid}, async () => {
		end();
		await takeBack();
	});
	const watches = new QueueWatches(client, parentOf(path), {
		armed: () => {},
		unarmed: () => {
			if (status === 'watched') status = 'unwatched';
			// Not in this turn: the loss of the connection may not be announced yet.
			setImmediate(watch);
		},
		gone: () => lose('deleted'),
		// May not be read, so its deletion by hand is not heard of; the session's end is.
		refused: () => {},
	});
	const unsubscribe = subscribe<ClientEvents>(client, {reconnected: watch, ...endings(revokeOn, lose)});
	const reason = endedAlready(client, stat.ephemeralOwner, revokeOn);
	if (reason) lose(reason);
	watch();
	return lease;
}
