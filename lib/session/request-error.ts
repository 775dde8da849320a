import {DisconnectedError, OversizedError, RefusedError} from '../driver/driver.ts';
import {keeperError} from '../errors/keeper-error.ts';
import {RequestTooLargeError} from '../errors/request-error.ts';
import {AuthFailedError, ClientClosedError, ConnectionLossError} from '../errors/session-error.ts';
import {type CallName, describe} from './call-name.ts';
import type {SessionState} from './state.ts';

/** ZooKeeper's result codes that speak of more than the request. */
const sessionMoved = -118;
const authFailed = -115;
const endsSession: ReadonlySet<number> = new Set([-112, -12]);

/** Whether the server said that the session is over: SESSIONEXPIRED, UNKNOWNSESSION. */
export function saysExpired(error: unknown): boolean {
	return error instanceof RefusedError && endsSession.has(error.resultCode);
}

/** What a user catches for what a driver said of one request. */
export function requestError(error: unknown, name: CallName): unknown {
	if (error instanceof DisconnectedError)
		return new ConnectionLossError(describe(name), {sent: error.sent, cause: error.cause});
	if (error instanceof OversizedError) return new RequestTooLargeError(describe(name), error.size, error.limit);
	if (!(error instanceof RefusedError)) return error;
	switch (error.resultCode) {
		case sessionMoved:
			return new ConnectionLossError(describe(name), {sent: true, cause: error});
		case authFailed:
			return new AuthFailedError(`${describe(name)}: the server refused the credential`);
		default:
			return keeperError(error.resultCode, name.operation, name.path);
	}
}

/** What a call on a client that has ended rejects with: the cause says why, if it was not its owner who closed it. */
export function closedError(name: CallName, state: SessionState): ClientClosedError {
	return new ClientClosedError(describe(name), state.status === 'closed' && state.cause ? {cause: state.cause} : {});
}
