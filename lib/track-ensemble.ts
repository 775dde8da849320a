import type {Client} from './client.ts';
import type {EnsembleConfig} from './ensemble-config.ts';
import type {SessionEvents} from './session/session-events.ts';
import {deferred} from './util/deferred.ts';
import {callIsolated} from './util/isolate.ts';
import {subscribe} from './util/subscribe.ts';

type EnsembleTracking = {
	/** What the client knows to begin with. */
	readonly known: string;
	/** Where the servers of a configuration are; `undefined` to keep what is known. @throws InvalidArgumentError for what is no connect string */
	readonly addressesOf: (config: EnsembleConfig) => string | undefined;
	/** Whether at least one of these servers answers. */
	readonly serves: (connectString: string, signal: AbortSignal) => Promise<boolean>;
	readonly setServers: (connectString: string) => void;
};

/** Follows the ensemble's configuration until the client is closed. Never rejects. */
export async function trackEnsemble(client: Client, tracking: EnsembleTracking): Promise<void> {
	let changed = deferred();
	const wake = (): void => changed.resolve();
	const ended = new AbortController();
	const unsubscribe = subscribe<SessionEvents>(client, {
		connected: wake,
		reconnected: wake,
		closed: () => {
			ended.abort();
			wake();
		},
	});
	let followed = {version: 0n, addresses: sorted(tracking.known)};
	while (!ended.signal.aborted) {
		changed = deferred();
		const config = await read(client, wake);
		const addresses = config && told(tracking, config);
		if (config && addresses !== undefined && config.version >= followed.version) {
			const next = {version: config.version, addresses: sorted(addresses)};
			if (next.addresses === followed.addresses) followed = next;
			// A client that knew only servers which do not answer could not come back.
			else if ((await tracking.serves(addresses, ended.signal)) && !ended.signal.aborted) {
				tracking.setServers(addresses);
				followed = next;
			}
		}
		await changed.promise;
	}
	unsubscribe();
}

/** Servers write their lines in an order of their own. */
function sorted(addresses: string): string {
	return addresses.split(',').sort().join();
}

/** What cannot be read now (a server before 3.5, no permission, a connection that went) may be on the next connection. */
async function read(client: Client, wake: () => void): Promise<EnsembleConfig | undefined> {
	try {
		return await client.getConfig({watch: wake});
	} catch {
		return undefined;
	}
}

/** A user's function may throw: that is not lost, and ends nothing here. */
function told({addressesOf}: EnsembleTracking, config: EnsembleConfig): string | undefined {
	let addresses: string | undefined;
	callIsolated(() => {
		addresses = addressesOf(config);
	});
	return addresses;
}
