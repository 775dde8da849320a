import {type Client, InvalidArgumentError, isCoordinationError, unlessAborted, validatePath} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {type AcquireOptions, checkAcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import {inOrder, latchKinds} from './contender-name.ts';
import {untilAnswered} from './interruption.ts';
import {Leadership, type LeadershipOptions} from './leadership.ts';
import {type Leader, type Sighting, sightLeader} from './leader-sighting.ts';
import type {Lease} from './lease.ts';
import {inSequence} from './precedence.ts';
import {queuedUnder} from './queued-under.ts';

export type LeaderLatchOptions = {
	/** What this participant is called by `observe` and `participants`, such as a host name. @default '' */
	readonly id?: string | undefined;
};

/** The time of one leader: a lease with the leader's name. */
export type Term = Lease & {readonly id: string};

export type Participant = Leader & {readonly isLeader: boolean};

/**
 * One leader among processes, the one that has waited longest. Its znodes are those of Curator's `LeaderLatch` (but not of its `LeaderSelector`), so Java processes
 * may take part. A leader learns of its end by its term's signal, once; to run again is to call `acquire` again, or to take part by `start`, which does so by itself and
 * tells of each term by events.
 *
 * Status: stable.
 *
 * Error handling: as `Mutex`: waiting survives lost connections and sessions, a term can be lost. `observe` survives them too, and rejects only with a server's
 * refusal. What a leader does outside ZooKeeper should carry `term.fencingToken`.
 *
 * ```ts
 * await using term = await new LeaderLatch(client, '/leaders/scheduler', {id: hostname()}).acquire({signal});
 * ```
 */
export class LeaderLatch {
	readonly path: string;
	readonly id: string;
	readonly #client: Client;

	/**
	 * @param path the znode under which participants queue, the same for all of them; created, with its parents, when it is missing
	 * @throws InvalidArgumentError
	 */
	constructor(client: Client, path: string, {id = ''}: LeaderLatchOptions = {}) {
		validatePath(path);
		if (typeof id !== 'string') throw new InvalidArgumentError('options.id', id, 'a string');
		this.path = path;
		this.id = id;
		this.#client = client;
	}

	/** Takes part, and waits until this participant leads. To leave, abort; to resign, release the term. */
	async acquire({signal, revokeOn}: AcquireOptions = {}): Promise<Term> {
		const {id} = this;
		const data = Buffer.from(id);
		const lease = await contend(this.#client, this.path, {
			signal,
			revokeOn,
			kind: 'latch-',
			precedence: inSequence('latch-', latchKinds),
			data,
			waits: true,
		});
		return Object.assign(lease, {id});
	}

	/** Takes part until it is closed, through term after term, and tells each by an event. @throws InvalidArgumentError */
	start({revokeOn, closeMode}: LeadershipOptions = {}): Leadership {
		checkAcquireOptions({revokeOn});
		return new Leadership(this.path, signal => this.acquire({signal, revokeOn}), closeMode);
	}

	/**
	 * The leader of now and each later one, without taking part; `undefined` while there is none. Latest wins: a slow reader skips terms. Ends on abort and
	 * when the client closes.
	 */
	async *observe({signal}: Cancellable = {}): AsyncGenerator<Leader | undefined, void, undefined> {
		let told: {readonly path: string | undefined} | undefined;
		try {
			while (!signal?.aborted) {
				const {leader, changed, end} = await this.#sight(signal);
				try {
					if (!told || told.path !== leader?.path) {
						told = {path: leader?.path};
						yield leader;
					}
					await unlessAborted(changed, signal, `observe ${this.path}`);
				} finally {
					end();
				}
			}
		} catch (error) {
			if (!isCoordinationError(error, 'CLIENT_CLOSED') && !signal?.aborted) throw error;
		}
	}

	/** Everybody who takes part now, the leader first. */
	async participants(options: Cancellable = {}): Promise<Participant[]> {
		const queued = await queuedUnder(this.#client, this.path, names => inOrder(names, latchKinds), options);
		return queued.map(({path, data}, index) => ({id: data?.toString() ?? '', path, isLeader: index === 0}));
	}

	#sight(signal: AbortSignal | undefined): Promise<Sighting> {
		return untilAnswered(this.#client, () => sightLeader(this.#client, this.path, {signal}));
	}
}
