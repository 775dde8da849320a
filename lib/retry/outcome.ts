import {KeeperError} from '../errors/keeper-error.ts';
import {ConnectionLossError, SessionExpiredError, TooManyWaitingError} from '../errors/session-error.ts';

/**
 * What a failure says about the request. `unsent`: it had no effect, repeating it is sound. `ambiguous`: it may have had its effect. `crowded`: it had none, and too many
 * others wait already; only who cannot give up repeats it. `final`: the answer will not change, or
 * the session it belonged to is over.
 */
export type Outcome = 'unsent' | 'ambiguous' | 'crowded' | 'final';

/** KeeperException.ThrottledOpException: refused before it was executed. */
const throttled = -127;

/** The one judgement that every retry asks. */
export function outcomeOf(error: unknown): Outcome {
	if (error instanceof ConnectionLossError) {
		if (error.cause instanceof TooManyWaitingError) return 'crowded';
		return error.sent ? 'ambiguous' : 'unsent';
	}
	if (error instanceof KeeperError && error.resultCode === throttled) return 'unsent';
	return 'final';
}

/** Whether a repetition of what must not happen twice is sound. */
export function hadNoEffect(error: unknown): boolean {
	return outcomeOf(error) === 'unsent';
}

/** The same of what may happen twice. */
export function mayBeRepeated(error: unknown): boolean {
	const outcome = outcomeOf(error);
	return outcome === 'unsent' || outcome === 'ambiguous';
}

/** The same of what may run in any session: a server says that the session is over in place of executing the request. */
export function inAnySession(isSound: (error: unknown) => boolean): (error: unknown) => boolean {
	return error => isSound(error) || error instanceof SessionExpiredError;
}
