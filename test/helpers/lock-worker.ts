import {type Client, connect, isCoordinationError} from '../../lib/index.ts';
import {Mutex} from '../../recipes/index.ts';

/** What a worker tells its parent: the session of one of its clients, or what it has done. */
export type LockWorkerMessage =
	| {readonly type: 'session'; readonly contender: number; readonly id: string; readonly password: string}
	| {readonly type: 'done'; readonly acquired: number; readonly lost: number};

export type LockWorkerOptions = {
	readonly connectStrings: readonly string[];
	readonly lock: string;
	readonly history: string;
	readonly rounds: number;
};

const {connectStrings, lock, history, rounds} = JSON.parse(process.argv[2] ?? '') as LockWorkerOptions;

function tell(message: LockWorkerMessage): void {
	process.send?.(message);
}

function tellSession(client: Client, contender: number): void {
	const {session} = client;
	if (session) tell({type: 'session', contender, id: String(session.id), password: session.password.toString('hex')});
}

async function contend(connectString: string, contender: number): Promise<{acquired: number; lost: number}> {
	await using client = await connect(connectString);
	tellSession(client, contender);
	client.on('connected', () => tellSession(client, contender));
	const mutex = new Mutex(client, lock);
	let lost = 0;
	for (let round = 0; round < rounds; round++) {
		await using lease = await mutex.acquire({revokeOn: round % 2 === 0 ? 'lost' : 'suspended'});
		// Fenced by the lease's own znode: the server refuses what comes after it is gone.
		const note = (what: string): Promise<unknown> =>
			client
				.transaction()
				.check(lease.path)
				.create(`${history}/`, `${what} ${lease.fencingToken}`, {mode: 'persistent-sequential'})
				.commit({retry: false});
		try {
			lease.throwIfLost();
			await note('enter');
			lease.throwIfLost();
			await note('leave');
		} catch (error) {
			if (!isCoordinationError(error)) throw error;
			lost++;
		}
	}
	return {acquired: rounds, lost};
}

const outcomes = await Promise.all(connectStrings.map(contend));
tell({
	type: 'done',
	acquired: outcomes.reduce((sum, {acquired}) => sum + acquired, 0),
	lost: outcomes.reduce((sum, {lost}) => sum + lost, 0),
});
process.disconnect?.();
