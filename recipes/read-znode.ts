import {type Client, type Data, isCoordinationError, type ReadOptions} from '../lib/index.ts';

/** `get`, with `undefined` for a znode that does not exist. */
export async function readZnode(client: Client, path: string, options: ReadOptions = {}): Promise<Data | undefined> {
	try {
		return await client.get(path, options);
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE')) return undefined;
		throw error;
	}
}
