import type {Cancellable} from '../lib/util/cancellable.ts';
import {checkRevokeOn, type RevokeOn} from './connection-policy.ts';

export type AcquireOptions = Cancellable & {
	/** What ends the lease, beside its session's end: the loss of the connection (`suspended`), or nothing else (`lost`). @default 'suspended' */
	readonly revokeOn?: RevokeOn | undefined;
};

/** @throws InvalidArgumentError */
export function checkAcquireOptions({revokeOn = 'suspended'}: AcquireOptions): void {
	checkRevokeOn(revokeOn);
}
