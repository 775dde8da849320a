import type {Client} from '../../lib/index.ts';

/** The names of the client's events in their order, from now on. */
export function eventLog(client: Client): string[] {
	const names: string[] = [];
	for (const name of ['connected', 'suspended', 'reconnected', 'untrusted', 'lost', 'closed'] as const)
		client.on(name, () => names.push(name));
	return names;
}
