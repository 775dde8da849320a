import {CoordinationError} from './coordination-error.ts';

/** The caller's signal ended a wait. `cause` is the signal's reason. */
export class AbortedError extends CoordinationError {
	readonly code = 'ABORTED';

	constructor(what: string, reason: unknown) {
		super(`${what} was aborted`, {cause: reason});
	}

	/** @throws AbortedError if the signal has fired already */
	static throwIfAborted(signal: AbortSignal | undefined, what: string): void {
		if (signal?.aborted) throw new AbortedError(what, signal.reason);
	}
}
