import {InvalidArgumentError} from '../lib/index.ts';
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

/** @throws InvalidArgumentError */
export function checkAcquireOptions({revokeOn = 'suspended'}: AcquireOptions): void {
	if (revokeOn !== 'suspended' && revokeOn !== 'lost')
		throw new InvalidArgumentError('options.revokeOn', revokeOn, "'suspended' or 'lost'");
}
