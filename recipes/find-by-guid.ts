import {type Client, type Created, joinPath} from '../lib/index.ts';
import {hasGuid} from './contender-name.ts';

const once = {retry: false} as const;

export type Search = {
	/** All children of the parent. */
	readonly children: readonly string[];
	readonly hits: readonly Created[];
};

/**
 * Looks for the znode of a create that was not answered. The sync makes a create that arrived late visible to the list.
 *
 * @throws what the client throws for one attempt
 */
export async function findByGuid(client: Client, parent: string, guid: string): Promise<Search> {
	const [, {children}] = await Promise.all([client.sync(parent, once), client.children(parent, once)]);
	const paths = children.filter(name => hasGuid(name, guid)).map(name => joinPath(parent, name));
	const looked = await Promise.all(paths.map(async path => ({path, stat: await client.exists(path, once)})));
	return {children, hits: looked.flatMap(({path, stat}) => (stat ? [{path, stat}] : []))};
}
