import {type Client, type ClientEvents, InvalidArgumentError} from '../lib/index.ts';
import type {Listeners} from '../lib/util/subscribe.ts';
import type {LossReason} from './recipe-error.ts';

/**
 * What ends a lease, beside its session's end.
 *
 * - `suspended`: the connection's loss, since from then on nothing is known of the session.
 * - `lost`: nothing else; a disconnection shorter than the session timeout is survived.
 */
export type RevokeOn = 'suspended' | 'lost';

/** @throws InvalidArgumentError */
export function checkRevokeOn(revokeOn: RevokeOn): void {
	if (revokeOn !== 'suspended' && revokeOn !== 'lost')
		throw new InvalidArgumentError('options.revokeOn', revokeOn, "'suspended' or 'lost'");
}

/** Which of a client's events end a lease, and why: the connection-state policy of every lease is told here and nowhere else. */
export function endings(
	revokeOn: RevokeOn | undefined,
	end: (reason: LossReason, cause?: unknown) => void,
): Listeners<ClientEvents> {
	return {
		...(revokeOn === 'lost' ? {} : {suspended: () => end('suspended')}),
		untrusted: () => end('untrusted'),
		lost: ({cause}) => end('session', cause),
		closed: ({cause}) => end('closed', cause),
	};
}

/** The same for what happened before anybody listened. @param owner the session of the lease's znode */
export function endedAlready(
	{session, state}: Client,
	owner: bigint,
	revokeOn: RevokeOn | undefined,
): LossReason | undefined {
	if (session?.id !== owner) return 'session';
	return state.status !== 'connected' && revokeOn !== 'lost' ? 'suspended' : undefined;
}
