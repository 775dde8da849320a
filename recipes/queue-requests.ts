import {
	type Client,
	type Created,
	isCoordinationError,
	joinPath,
	nameOf,
	type TransactionResult,
} from '../lib/index.ts';
import type {ContendOptions} from './contend-options.ts';
import {protectedName, sequenceOf} from './contender-name.ts';
import type {Departure} from './departure.ts';
import {findByGuid, type Search} from './find-by-guid.ts';
import {isInterruption, mayHaveRun} from './interruption.ts';
import {QueueParents} from './queue-parents.ts';

/** Who queues knows better than a policy what has to be asked again. */
const once = {retry: false} as const;

export type Failure =
	/** The connection or the session went first. */
	| {readonly status: 'interrupted'; readonly mayHaveRun: boolean}
	/** There is no such queue: its znode is not there. */
	| {readonly status: 'absent'; readonly error: unknown}
	| {readonly status: 'refused'; readonly error: unknown};

export type Listed = {readonly status: 'listed'; readonly names: readonly string[]} | Failure;
export type Entered = {readonly status: 'created'; readonly node: Created; readonly listed: Listed} | Failure;
export type Searched = ({readonly status: 'searched'} & Search) | Failure;

/** What a contender asks the servers of its queue, each question one flight, and what the answers come to. Nothing is repeated here, and nothing rejects. */
export class QueueRequests {
	readonly #client: Client;
	readonly #path: string;
	readonly #child: Pick<ContendOptions, 'kind' | 'data'>;
	readonly #parents: QueueParents;

	constructor(client: Client, path: string, child: Pick<ContendOptions, 'kind' | 'data'>) {
		this.#client = client;
		this.#path = path;
		this.#child = child;
		this.#parents = new QueueParents(client, path);
	}

	/** Creates a child, and lists the queue behind it. Replies of one flight are looked at together: their promises settle in no particular order. */
	async enter(guid: string): Promise<Entered> {
		const {kind, data} = this.#child;
		const child = joinPath(this.#path, protectedName(guid, kind));
		const [parents, created, listed] = await Promise.allSettled([
			this.#parents.send(),
			this.#client.create(child, data, {...once, mode: 'ephemeral-sequential', protect: false}),
			this.#client.children(this.#path, once),
		]);
		if (created.status === 'fulfilled') {
			this.#parents.present();
			return {
				status: 'created',
				node: created.value,
				listed: listed.status === 'fulfilled' ? listedAs(listed.value) : failureOf(listed.reason),
			};
		}
		const failure = failureOf(created.reason);
		// Absent because a parent could not be created: that refusal says more.
		return failure.status === 'absent' && parents.status === 'rejected'
			? {status: 'refused', error: parents.reason}
			: failure;
	}

	/**
	 * The same in the place of one that leaves: one transaction deletes its znode and creates mine. Nothing is listed if no number lies between theirs: the server counts every
	 * child that it creates, and the queue's znode cannot have been another meanwhile, so nobody has come since the one that leaves was alone.
	 */
	async takeOver(departure: Departure, guid: string): Promise<Entered> {
		const {kind, data} = this.#child;
		const child = joinPath(this.#path, protectedName(guid, kind));
		const transaction = this.#client.transaction().delete(departure.path);
		let created: TransactionResult | undefined;
		try {
			[, created] = await transaction.create(child, data, {mode: 'ephemeral-sequential'}).commit(once);
		} catch (error) {
			departure.send();
			const failure = failureOf(error);
			// Refused as a whole: asked one by one, the servers say what of it they refuse.
			return failure.status === 'interrupted' ? failure : this.enter(guid);
		}
		departure.done();
		// Before 3.8.2 a transaction's create is answered without a stat: then the znode is found as after a lost answer.
		if (created?.operation !== 'create' || !created.stat) return {status: 'interrupted', mayHaveRun: true};
		const {path, stat} = created;
		const isAlone = sequenceOf(path, [kind]) === (sequenceOf(departure.path, [kind]) ?? Number.NaN) + 1;
		const listed = isAlone ? listedAs({children: [nameOf(path)]}) : await this.list();
		return {status: 'created', node: {path, stat}, listed};
	}

	/** After an entry into an absent queue: the next one creates the parents that were missing. @returns whether that may help */
	mendParents(): boolean {
		return this.#parents.noNode();
	}

	list(): Promise<Listed> {
		return this.#client.children(this.#path, once).then(listedAs, failureOf);
	}

	/** Looks for the child of an entry that was interrupted. */
	find(guid: string): Promise<Searched> {
		return findByGuid(this.#client, this.#path, guid).then(
			search => ({status: 'searched' as const, ...search}),
			failureOf,
		);
	}
}

function listedAs({children}: {readonly children: readonly string[]}): Listed {
	return {status: 'listed', names: children};
}

function failureOf(error: unknown): Failure {
	if (isInterruption(error)) return {status: 'interrupted', mayHaveRun: mayHaveRun(error)};
	return {status: isCoordinationError(error, 'NO_NODE') ? 'absent' : 'refused', error};
}
