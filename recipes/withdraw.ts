import type {Client, ClientEvents} from '../lib/index.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import {findByGuid} from './find-by-guid.ts';
import {isInterruption, nextAttempt} from './interruption.ts';

/** Takes an ephemeral znode back. Resolves when it is gone, or its session (`owner`) over, or the client closed; never rejects. */
export async function withdraw(client: Client, path: string, owner: bigint): Promise<void> {
	// A refusal (NoAuth) cannot be mended here, and the znode ends with its session.
	const deleted = client.deleteGuaranteed(path).catch(() => {});
	if (client.session?.id !== owner) return;
	await new Promise<void>(resolve => {
		const end = (): void => {
			unsubscribe();
			resolve();
		};
		const unsubscribe = subscribe<ClientEvents>(client, {lost: end, closed: end});
		void deleted.then(end);
	});
}

/**
 * Finds the znode of a create that was not answered, and takes it back. Repeats until it is answered or the session ends, and the znode with it; never rejects.
 */
export async function sweep(client: Client, parent: string, guid: string): Promise<void> {
	for (;;) {
		try {
			const {hits} = await findByGuid(client, parent, guid);
			await Promise.all(hits.map(({path, stat}) => withdraw(client, path, stat.ephemeralOwner)));
			return;
		} catch (error) {
			if (!isInterruption(error) || client.state.status === 'lost' || client.state.status === 'closed') return;
			await nextAttempt(client, error);
		}
	}
}
