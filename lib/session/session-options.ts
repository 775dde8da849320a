import type {Credential} from './authentication.ts';
import type {SaslMechanism} from './sasl-mechanism.ts';

export type SessionOptions = {
	readonly credentials: readonly Credential[];
	readonly sasl?: SaslMechanism | undefined;
	/** To go on with; the driver has it too. */
	readonly session?: {readonly id: bigint; readonly password: Uint8Array} | undefined;
	readonly leaseMargin: number | undefined;
	/** How long a call may wait for a connection, ms. */
	readonly connectTimeout: number;
	/** How many calls may wait for a connection at once. */
	readonly maxWaitingCalls: number;
	readonly closeTimeout: number;
	/** Bytes. @default unlimited */
	readonly maxRequestLength?: number | undefined;
};
