import type {TestingServer} from '../../lib/testing/index.ts';

/** How many watches the server holds, of all connections: a path counts once for each connection. */
export async function watchCount(server: TestingServer): Promise<number> {
	return Number(/Total watches:(\d+)/.exec(await server.fourLetterWord('wchs'))?.[1]);
}
