import type {Client, ClientEvents} from '../../lib/index.ts';

/** Resolves with the argument of the client's next event of this name. */
export function nextEvent<Name extends keyof ClientEvents>(client: Client, name: Name): Promise<ClientEvents[Name][0]> {
	return new Promise(resolve => {
		client.once(name, (...args: ClientEvents[Name]) => resolve(args[0]));
	});
}
