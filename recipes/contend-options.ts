import type {DataInput} from '../lib/index.ts';
import type {AcquireOptions} from './acquire-options.ts';
import type {Mates} from './mates.ts';
import type {Precedence} from './precedence.ts';

export type ContendOptions = AcquireOptions & {
	/** What this contender's own child is named. */
	readonly kind: string;
	readonly precedence: Precedence;
	readonly data: DataInput;
	readonly waits: boolean;
	/** Sends a read that is to be made under the lock. It rides behind the first list, and is sent again when that did not grant the lock: what the last call read, it read while the lock was held. */
	readonly alongside?: (() => void) | undefined;
	/** The contenders of the same process in the same queue. */
	readonly mates?: Mates | undefined;
};
