import {existsSync} from 'node:fs';
import {connect, isCoordinationError} from '../../lib/index.ts';
import {Mutex} from '../../recipes/index.ts';

/*
 * A process that takes a lock and then does not return to its event loop until a file appears. Arguments: connect string, path, file. Whatever became of the lock meanwhile,
 * it looks before any timer, socket or signal of its own could run.
 */
export type HolderMessage =
	| {readonly type: 'held'; readonly token: string}
	| {
			readonly type: 'woke';
			readonly call: string;
			readonly abortedByCall: boolean;
			readonly thrown: string;
			readonly abortedAfterTurn: boolean;
	  };

const [connectString = '', path = '', file = ''] = process.argv.slice(2);
const tell = (message: HolderMessage): void => void process.send?.(message);
const codeOf = (error: unknown): string => (isCoordinationError(error) ? error.code : String(error));

const client = await connect(connectString, {sessionTimeout: 2000});
const lease = await new Mutex(client, path).acquire();
await new Promise(resolve =>
	process.send?.({type: 'held', token: lease.fencingToken.toString()} satisfies HolderMessage, resolve),
);
while (!existsSync(file)) {
	// Nothing: the event loop is blocked.
}
const call = client.set(path, 'from the past', {signal: lease.signal}).then(() => 'OK', codeOf);
const abortedByCall = lease.signal.aborted;
let thrown = 'OK';
try {
	lease.throwIfLost();
} catch (error) {
	thrown = codeOf(error);
}
await new Promise(resolve => setImmediate(resolve));
tell({type: 'woke', call: await call, abortedByCall, thrown, abortedAfterTurn: lease.signal.aborted});
await lease.release();
await client.close();
process.disconnect();
