import type {Client} from './client.ts';
import type {EnsembleConfig} from './ensemble-config.ts';
import type {SessionEvents} from './session/session-events.ts';
import {deferred} from './util/deferred.ts';
import {callIsolated} from './util/isolate.ts';
import {subscribe} from './util/subscribe.ts';

type EnsembleTracking = {
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
	let followed: {readonly version: bigint; readonly addresses: string} | undefined;
	while (!ended.signal.aborted) {
		changed = deferred();
		const config = await read(client, wake);
		const addresses = config && told(tracking, config);
		const isOlder = config && followed && config.version < followed.version;
		// A client that has left its servers for others which do not answer could not come back.
		if (config && addresses !== undefined && !isOlder && addresses !== followed?.addresses) {
			if ((await tracking.serves(addresses, ended.signal)) && !ended.signal.aborted) {
				tracking.setServers(addresses);
				followed = {version: config.version, addresses};
			}
		}
		await changed.promise;
	}
	unsubscribe();
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
