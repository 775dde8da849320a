import type {Client, ClientEvents, Created} from '../lib/index.ts';
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

/** The same for a znode in whose place others may create theirs: that one stays. */
export async function withdrawOwn(client: Client, {path, stat}: Created): Promise<void> {
	while (client.session?.id === stat.ephemeralOwner) {
		try {
			const found = await client.exists(path, {retry: false});
			// Made in this session, the deletion does not run in a later one.
			if (found?.czxid === stat.czxid) await client.delete(path, {retry: false});
			return;
		} catch (error) {
			// As above: what is refused ends with the session.
			if (!isInterruption(error)) return;
			await nextAttempt(client, error);
		}
	}
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
