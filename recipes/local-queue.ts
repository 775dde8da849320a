import {addAbortListener} from 'node:events';
import {AbortedError, type Client} from '../lib/index.ts';
import {deferred} from '../lib/util/deferred.ts';
import {checkAcquireOptions} from './acquire-options.ts';
import {contend} from './contend.ts';
import type {ContendOptions} from './contend-options.ts';
import type {Departure} from './departure.ts';
import type {HeldLease} from './held-lease.ts';
import type {Mate, Mates} from './mates.ts';
import type {Precedence} from './precedence.ts';

type Waiting = {
	readonly turns: number;
	/** Sends its create in this turn of the event loop. */
	enter(): void;
};

const queues = new WeakMap<Client, Map<string, LocalQueue>>();

/**
 * The queue within a client, before the one on the servers: of its tasks at one path only a few stand in that one, the others wait here, in order of arrival. So what an
 * acquisition costs the servers does not depend on how many tasks wait, and no task gets in front of another process that stands in the queue.
 *
 * Those who stand hear from each other: when one gives up its znode, the next holds at once if nobody was between them. That is sound, since the znode stood for nothing but
 * the one who gave it up. Each acquisition has a znode of its own all the same, and so a fencing token of its own.
 */
export class LocalQueue implements Mates {
	readonly #client: Client;
	readonly #path: string;
	readonly #waiting = new Set<Waiting>();
	/** In the queue on the servers, to hold or to wait there. */
	readonly #standing = new Set<Mate>();
	/** Znodes that stand for nobody, and may still be listed. */
	readonly #givenUp = new Set<string>();
	/** The last one that left nobody behind. */
	#departing: Departure | undefined;
	#isAdmitting = false;

	private constructor(client: Client, path: string) {
		this.#client = client;
		this.#path = path;
	}

	/** The one queue of this client and path. */
	static of(client: Client, path: string): LocalQueue {
		const known = queues.get(client) ?? new Map<string, LocalQueue>();
		queues.set(client, known);
		const queue = known.get(path) ?? new LocalQueue(client, path);
		known.set(path, queue);
		return queue;
	}

	/** @param turns how many may stand in the queue on the servers for this one to join them */
	async acquire(turns: number, options: ContendOptions & {readonly waits: true}): Promise<HeldLease> {
		try {
			checkAcquireOptions(options);
			AbortedError.throwIfAborted(options.signal, `acquire ${this.#path}`);
			return await this.#turn(turns, options);
		} finally {
			this.#forgetIfEmpty();
		}
	}

	/** Does not wait here either: whether others do is seen by whose znodes there are. */
	async tryAcquire(options: ContendOptions): Promise<HeldLease | undefined> {
		try {
			return await contend(this.#client, this.#path, this.#among({...options, waits: false}));
		} finally {
			this.#forgetIfEmpty();
		}
	}

	joined(mate: Mate): void {
		this.#standing.add(mate);
	}

	left(mate: Mate, departure?: Departure): void {
		this.#standing.delete(mate);
		if (departure) this.#depart(departure);
		this.#admit();
		this.#forgetIfEmpty();
	}

	claimDeparture(): Departure | undefined {
		return this.#departing?.claim() ? this.#departing : undefined;
	}

	async #turn(turns: number, options: ContendOptions & {readonly waits: true}): Promise<HeldLease> {
		const enter = (): Promise<HeldLease> => contend(this.#client, this.#path, this.#among(options));
		if (this.#waiting.size === 0 && this.#standing.size < turns) return enter();
		const {signal} = options;
		const entered = deferred<HeldLease>();
		const waiting = {turns, enter: () => entered.resolve(enter())};
		// Whoever has entered hears of the abort by itself.
		const leave = (): void => {
			if (this.#waiting.delete(waiting)) entered.reject(new AbortedError(`acquire ${this.#path}`, signal?.reason));
		};
		const listening = signal && addAbortListener(signal, leave);
		this.#waiting.add(waiting);
		this.#admit();
		try {
			return await entered.promise;
		} finally {
			listening?.[Symbol.dispose]();
		}
	}

	/** Its deletion is sent now, or, if nobody is here and likely nobody elsewhere, when all that this turn led to has run: whoever acquires again by then does both in one request. */
	#depart(departure: Departure): void {
		const {name} = departure;
		this.#givenUp.add(name);
		if (departure.wasAlone && this.#waiting.size + this.#standing.size === 0) {
			this.#departing = departure;
			process.nextTick(() => departure.sendUnclaimed());
		} else departure.send();
		void departure.gone.then(() => {
			this.#givenUp.delete(name);
			this.#forgetIfEmpty();
		});
		for (const other of this.#standing) other.gone(name);
	}

	/** Who is refused at once leaves at once: a loop, for there may be thousands. */
	#admit(): void {
		if (this.#isAdmitting) return;
		this.#isAdmitting = true;
		for (const waiting of this.#waiting) {
			if (this.#standing.size >= waiting.turns) break;
			this.#waiting.delete(waiting);
			waiting.enter();
		}
		this.#isAdmitting = false;
	}

	#among<Options extends ContendOptions>(options: Options): Options {
		const others: Precedence = options.precedence;
		const precedence: Precedence = {
			before: (mine, names) => others.before(mine, names).filter(name => !this.#givenUp.has(name)),
			mayLeaveHeir: name => others.mayLeaveHeir(name),
		};
		return {...options, precedence, mates: this};
	}

	#forgetIfEmpty(): void {
		if (this.#waiting.size + this.#standing.size + this.#givenUp.size > 0) return;
		const known = queues.get(this.#client);
		if (known?.get(this.#path) === this) known.delete(this.#path);
	}
}
