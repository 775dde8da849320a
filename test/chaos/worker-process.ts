import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises';
import {connect, isCoordinationError} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import type {Role} from './history.ts';
import {now} from './now.ts';
import {PlaceTracker} from './place-tracker.ts';
import {between, type Random, seededRandom} from './seeded-random.ts';
import {slowClock} from './slow-clock.ts';
import {type Held, openSubject, type Subject, type SubjectName} from './subjects.ts';
import type {ParentMessage, WorkerMessage, WorkerOrders} from './worker-orders.ts';

/*
 * One process of a run: its tasks compete for every subject, over one client. Ends with its parent.
 *
 * A holder tells the instants at which it was free to act, in one of the two ways that the library offers:
 * - `throwIfLost()` did not throw: the instant before the call.
 * - `signal` was not aborted, in a later turn of the event loop after that turn's timers: an instant of an earlier turn. So a process that was frozen counts as free only
 *   if the clock of its lease had not run out by then.
 */
const orders = JSON.parse(process.argv[2] ?? '') as WorkerOrders;
slowClock(orders.clockRate);
const tell = (message: WorkerMessage): void => {
	if (process.connected) process.send?.(message);
};
const onOrphaned = (): void => void process.kill(process.pid, 'SIGKILL');
process.once('disconnect', onOrphaned);

const started = deferred();
let isFinishing = false;
let lingersUntil = 0;
process.on('message', (message: ParentMessage) => {
	if (message.type === 'start') started.resolve();
	else if (message.type === 'linger') lingersUntil = now() + message.milliseconds;
	else isFinishing = true;
});

const {sessionTimeout, leaseMargin, connectString} = orders;
const places = new PlaceTracker();
const client = await connect(connectString, {sessionTimeout, leaseMargin, connectTimeout: 60_000});
const tellSession = (): void => {
	const {session} = client;
	if (session) tell({type: 'session', id: session.id, password: session.password});
};
client.on('connected', tellSession);
tellSession();

/** Free to act at that instant. Told now and then, and at the end. */
class Witness {
	readonly #request: string;
	#told = -Infinity;
	#latest: number | undefined;

	constructor(request: string) {
		this.#request = request;
	}

	free(at: number): void {
		this.#latest = at;
		if (at - this.#told > 50) this.tell();
	}

	tell(): void {
		if (this.#latest === undefined || this.#latest === this.#told) return;
		this.#told = this.#latest;
		tell({type: 'event', event: {type: 'held', at: this.#latest, request: this.#request}});
	}
}

type Work = {readonly request: string; readonly resource: string; readonly role: Role; readonly random: Random};

/** Works under the lease, and tells how that ended. */
async function hold(held: Held, {request, resource, role, random}: Work): Promise<string> {
	const isLong = !isFinishing && random() < 0.06;
	const asksClock = random() < 0.6;
	const end = now() + (isLong ? between(random, 0, 1.5 * sessionTimeout) : between(random, 0, 30));
	const witness = new Witness(request);
	const write = (): void => {
		if (role === 'exclusive') tell({type: 'write', resource, request, token: held.token});
	};
	let earlierTurn: number | undefined;
	for (;;) {
		try {
			const before = now();
			if (asksClock) held.throwIfLost();
			else held.signal.throwIfAborted();
			if (asksClock) witness.free(before);
			if (now() >= end && (now() >= lingersUntil || isFinishing)) break;
			write();
			const turn = now();
			await nextTurn();
			held.signal.throwIfAborted();
			if (!asksClock && earlierTurn !== undefined) witness.free(earlierTurn);
			earlierTurn = turn;
		} catch (error) {
			witness.tell();
			// As somebody careless would: it is for the resource to refuse it.
			write();
			await held.release();
			return `lost: ${error instanceof Error ? error.message : String(error)}`;
		}
		await sleep(between(random, 2, 8));
	}
	witness.tell();
	await held.release();
	return 'released';
}

async function compete(subject: Subject, name: SubjectName, path: string, task: number): Promise<void> {
	const random = seededRandom(orders.seed, orders.process, task, ...Buffer.from(name));
	for (let lap = 0, isLast = false; !isLast; lap++) {
		isLast = isFinishing;
		const request = `${orders.process}.${task}/${name}/${lap}`;
		const turn = subject.draw(random);
		const {process: number} = orders;
		tell({
			type: 'event',
			event: {type: 'asked', at: now(), request, process: number, resource: name, role: turn.role},
		});
		const isImpatient = subject.isAbortable && !isLast && random() < 0.1;
		const patience = isImpatient ? {signal: AbortSignal.timeout(Math.ceil(random() * 400))} : {};
		let how: string;
		try {
			const held = await turn.acquire({...patience, revokeOn: random() < 0.5 ? 'lost' : 'suspended'});
			const {token, permits} = held;
			const place = subject.kind === 'semaphore' ? places.latestIn(path + subject.queue) : places.ofToken(token);
			const queuedAt = held.queuedAt ?? place;
			const session = client.session?.id;
			tell({type: 'event', event: {type: 'acquired', at: now(), request, token, permits, queuedAt, session}});
			how = await hold(held, {request, resource: name, role: turn.role, random});
		} catch (error) {
			if (!isCoordinationError(error, 'ABORTED')) throw error;
			how = 'gave up';
		}
		tell({type: 'event', event: {type: 'ended', at: now(), request, how}});
		await sleep(between(random, 0, 60));
	}
}

tell({type: 'ready'});
await started.promise;
await Promise.all(
	orders.subjects.flatMap(name => {
		const path = `${orders.root}/${name}`;
		const subject = openSubject(name, client, path);
		return Array.from({length: subject.tasks}, (_, task) => compete(subject, name, path, task));
	}),
);
await client.close();
tell({type: 'done'});
process.off('disconnect', onOrphaned);
process.disconnect();
