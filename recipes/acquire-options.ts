import type {Cancellable} from '../lib/util/cancellable.ts';
import {checkRevokeOn, type RevokeOn} from './connection-policy.ts';

export type AcquireOptions = Cancellable & {
	/** @default 'suspended' */
	readonly revokeOn?: RevokeOn | undefined;
};

/** @throws InvalidArgumentError */
export function checkAcquireOptions({revokeOn = 'suspended'}: AcquireOptions): void {
	checkRevokeOn(revokeOn);
}
