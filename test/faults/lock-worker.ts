import {setTimeout as sleep} from 'node:timers/promises';
import {connect, isCoordinationError} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {Mutex} from '../../recipes/index.ts';

/*
 * A process with several contenders for one mutex. Arguments: connect string, path, contenders, acquisitions of each. Asks its parent, who is the fenced resource, for
 * every piece of work; tells its session so that the parent can end it.
 */
export type WorkerMessage =
	| {readonly type: 'session'; readonly id: string; readonly password: string}
	| {readonly type: 'begin' | 'end'; readonly number: number; readonly worker: string; readonly token: string}
	| {readonly type: 'done'; readonly lost: number};
export type ParentMessage = {readonly number: number; readonly accepted: boolean};

const [connectString = '', path = '', contenders = '1', acquisitions = '1'] = process.argv.slice(2);
const tell = (message: WorkerMessage): void => void process.send?.(message);
const answers = new Map<number, (accepted: boolean) => void>();
let asked = 0;
let lost = 0;

process.on('message', ({number, accepted}: ParentMessage) => answers.get(number)?.(accepted));
const orphaned = (): void => process.exit(1);
process.once('disconnect', orphaned);

async function ask(type: 'begin' | 'end', worker: string, token: bigint): Promise<boolean> {
	const {promise, resolve} = deferred<boolean>();
	const number = ++asked;
	answers.set(number, resolve);
	tell({type, number, worker, token: token.toString()});
	const accepted = await promise;
	answers.delete(number);
	return accepted;
}

const client = await connect(connectString, {sessionTimeout: 2000});
const announce = (): void => {
	if (client.session)
		tell({type: 'session', id: client.session.id.toString(), password: client.session.password.toString('hex')});
};
client.on('connected', announce);
announce();

async function contend(worker: string): Promise<void> {
	const mutex = new Mutex(client, path);
	for (let done = 0; done < Number(acquisitions); ) {
		const lease = await mutex.acquire();
		try {
			if (!(await ask('begin', worker, lease.fencingToken))) throw new Error('refused');
			// Long enough for a fault to fall into the work now and then.
			await sleep(Math.random() * 5);
			lease.throwIfLost();
			if (!(await ask('end', worker, lease.fencingToken))) throw new Error('refused');
			done++;
		} catch (error) {
			// The work was cut off by a loss, so it is done again. Only a holder that has lost its lease may be refused, and it hears of it at the latest with the next event.
			if (!isCoordinationError(error, 'LEASE_LOST') && !lease.signal.aborted) {
				await new Promise(resolve => lease.signal.addEventListener('abort', resolve, {once: true}));
			}
			lost++;
		} finally {
			await lease.release();
		}
	}
}

await Promise.all(Array.from({length: Number(contenders)}, (_, index) => contend(`${process.pid}/${index}`)));
await client.close();
tell({type: 'done', lost});
process.off('disconnect', orphaned);
process.disconnect();
