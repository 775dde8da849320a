import type {Client} from './client.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {ClientClosedError} from './errors/session-error.ts';
import type {SessionEvents} from './session/session-events.ts';
import type {StateOf} from './session/state.ts';
import type {Cancellable} from './util/cancellable.ts';
import {deferred} from './util/deferred.ts';
import {subscribe} from './util/subscribe.ts';

/** Resolves with the state once it is `connected`; at once if it is. */
export async function whenConnected(client: Client, {signal}: Cancellable): Promise<StateOf<'connected'>> {
	const {state} = client;
	if (state.status === 'connected') return state;
	const refusal = ({cause}: StateOf<'closed'>): Error =>
		new ClientClosedError('whenConnected', cause === undefined ? {} : {cause});
	if (state.status === 'closed') throw refusal(state);
	const {promise, resolve, reject} = deferred<StateOf<'connected'>>();
	const unsubscribe = subscribe<SessionEvents>(client, {
		connected: resolve,
		reconnected: resolve,
		closed: end => reject(refusal(end)),
	});
	try {
		return await unlessAborted(promise, signal, 'whenConnected');
	} finally {
		unsubscribe();
	}
}
