import test from 'ava';
import {connect, KeeperError, ReconfigInProgressError} from '../lib/index.ts';
import {connectResponse, reply, ScriptedServer} from './helpers/scripted-server.ts';

/** Opens sessions, and answers nothing but these requests with these codes. */
function refusing(codes: ReadonlyMap<number, number>): Promise<ScriptedServer> {
	return ScriptedServer.start((frame, socket, index) => {
		if (index === 0) {
			socket.write(connectResponse());
			return;
		}
		const [xid, type] = [frame.readInt32BE(0), frame.readInt32BE(4)];
		const code = codes.get(type);
		if (code === undefined) socket.write(reply(xid, to => void to.string('/')));
		// As ZooKeeper 3.5 does with what it does not know.
		else if (code === unimplemented) socket.end(reply(xid, () => {}, code, -1n));
		else socket.write(reply(xid, () => {}, code));
	});
}

const unimplemented = -6;

test('#36 persistent watches on a server that has none: a typed error, and the client goes on', async t => {
	await using server = await refusing(new Map([[106, unimplemented]]));
	const client = await connect(server.address);
	const watching = (async (): Promise<void> => {
		for await (const {type} of client.watch('/')) t.fail(type);
	})();
	const error = await t.throwsAsync(watching, {instanceOf: KeeperError, message: /does not implement/});
	t.is(error.resultCode, unimplemented);
	await client.sync('/');
	await client.close();
});

test('#30 a reconfiguration while another is under way is refused by its class', async t => {
	await using server = await refusing(new Map([[16, -14]]));
	const client = await connect(server.address);
	const error = await t.throwsAsync(client.reconfig({leaving: [3]}), {instanceOf: ReconfigInProgressError});
	t.is(error.code, 'RECONFIG_IN_PROGRESS');
	await client.sync('/');
	await client.close();
});
