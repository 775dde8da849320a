import type {Client} from '../../lib/index.ts';
import type {TestingServer} from '../../lib/testing/index.ts';

/** Ends the client's session on the server, as an administrator or another process might. */
export async function killSessionOf(client: Client, server: TestingServer): Promise<void> {
	const {session} = client;
	if (!session) throw new Error('the client has no session');
	await server.killSession(session.id, session.password);
}
