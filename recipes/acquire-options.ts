import type {Cancellable} from '../lib/util/cancellable.ts';

/**
 * What ends a lease, beside its session's end.
 *
 * - `suspended`: the connection's loss, since from then on nothing is known of the session.
 * - `lost`: nothing else; a disconnection shorter than the session timeout is survived.
 */
export type RevokeOn = 'suspended' | 'lost';

export type AcquireOptions = Cancellable & {
	/** @default 'suspended' */
	readonly revokeOn?: RevokeOn | undefined;
};
