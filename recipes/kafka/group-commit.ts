import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import type {LaneProcess} from './lane-process.ts';
import type {LaneCommit, Sink} from './sink/sink.ts';

/** When a commit closes: at the first of these. */
export type CommitBounds = {
	/** Milliseconds since the commit before. */
	readonly interval: number;
	/** Input and output records. */
	readonly records: number;
	/** Of the outputs' keys and values. */
	readonly bytes: number;
};

export type GroupCommitOptions = {
	readonly sink: Sink;
	/** Every lane that may commit now. */
	readonly processes: () => Iterable<LaneProcess>;
	readonly bounds: () => CommitBounds;
	/** False while the session may be over: nothing is begun that would probably be refused. */
	readonly isTrusted: () => boolean;
	/** Lanes without progress are committed again after so many milliseconds, before the sink forgets them. */
	readonly refreshInterval: number;
	readonly onCommitted: (commit: readonly LaneCommit[], duration: number) => void;
	/** The transaction failed; resolves when its outcome is known and the sink can be used again. */
	readonly recover: (cause: Error) => Promise<void>;
	/** A recovery failed for good. */
	readonly onFatal: (error: unknown) => void;
};

type State =
	| {readonly status: 'idle'}
	| {readonly status: 'waiting'; readonly timer: NodeJS.Timeout; readonly isDue: boolean}
	/** Until the commit is acknowledged or recovered from. */
	| {readonly status: 'committing'; readonly done: Promise<void>}
	| {readonly status: 'stopped'};

/** How often a commit that the session forbids is looked at again. */
const trustPause = 50;

/**
 * One transaction for all lanes of a worker. It takes the finished prefix of each: a slow lane holds nobody up, and lanes go on processing while it is in flight.
 */
export class GroupCommit {
	readonly #options: GroupCommitOptions;
	readonly #refreshTimer: NodeJS.Timeout;
	#state: State = {status: 'idle'};
	#lastStart = Number.NEGATIVE_INFINITY;
	#lastRefresh = performance.now();
	#isUrgent = false;
	/** Finished since the last commit began. */
	#records = 0;
	#bytes = 0;
	/** Resolved when the next attempt to commit is over. */
	#turn: Deferred<void> = deferred();

	constructor(options: GroupCommitOptions) {
		this.#options = options;
		this.#refreshTimer = setInterval(() => this.hurry(), options.refreshInterval / 2);
	}

	/** Some lane's finished prefix grew by so much. */
	notify(records = 0, bytes = 0): void {
		this.#records += records;
		this.#bytes += bytes;
		if (this.#state.status === 'stopped' || this.#state.status === 'committing') return;
		const {interval} = this.#options.bounds();
		const wait = this.#isUrgent || this.#isFull() ? 0 : this.#lastStart + interval - performance.now();
		if (this.#state.status === 'waiting') {
			if (wait > 0 || this.#state.isDue) return;
			clearTimeout(this.#state.timer);
		}
		this.#wait(wait);
	}

	/** Commits what is finished without waiting for the bounds. */
	hurry(): void {
		this.#isUrgent = true;
		this.notify();
	}

	/** Resolves when the transaction in flight, if any, is decided. */
	async settled(): Promise<void> {
		if (this.#state.status === 'committing') await this.#state.done;
	}

	/** Resolves when everything that `process` had finished is committed, or the lane was taken away. */
	async flush(process: LaneProcess): Promise<void> {
		while (process.isUnsettled && this.#state.status !== 'stopped') {
			const turn = this.#turn.promise;
			this.hurry();
			await turn;
		}
	}

	/** Begins no commit any more. Resolves when the one in flight is over. */
	async stop(): Promise<void> {
		clearInterval(this.#refreshTimer);
		const before = this.#state;
		this.#state = {status: 'stopped'};
		if (before.status === 'waiting') clearTimeout(before.timer);
		if (before.status === 'committing') await before.done;
		this.#endTurn();
	}

	#endTurn(): void {
		this.#turn.resolve();
		this.#turn = deferred();
	}

	#isFull(): boolean {
		const bounds = this.#options.bounds();
		return this.#records >= bounds.records || this.#bytes >= bounds.bytes;
	}

	#wait(delay: number): void {
		const timer = setTimeout(() => this.#begin(), Math.max(0, delay));
		this.#state = {status: 'waiting', timer, isDue: delay <= 0};
	}

	#begin(): void {
		if (!this.#options.isTrusted()) {
			this.#wait(trustPause);
			return;
		}
		this.#isUrgent = false;
		this.#records = 0;
		this.#bytes = 0;
		const now = performance.now();
		const isRefresh = now - this.#lastRefresh >= this.#options.refreshInterval;
		if (isRefresh) this.#lastRefresh = now;
		const taken: {readonly process: LaneProcess; readonly part: LaneCommit}[] = [];
		for (const process of this.#options.processes()) {
			const part = process.take(isRefresh);
			if (part) taken.push({process, part});
		}
		if (taken.length === 0) {
			this.#state = {status: 'idle'};
			this.#endTurn();
			return;
		}
		this.#lastStart = now;
		const state: State = {status: 'committing', done: this.#commit(taken).catch(this.#options.onFatal)};
		this.#state = state;
		void state.done.then(() => {
			if (this.#state !== state) return;
			this.#state = {status: 'idle'};
			this.#endTurn();
			if ([...this.#options.processes()].some(({isDirty}) => isDirty)) this.notify();
		});
	}

	async #commit(taken: readonly {readonly process: LaneProcess; readonly part: LaneCommit}[]): Promise<void> {
		const parts = taken.map(({part}) => part);
		const start = performance.now();
		try {
			await this.#options.sink.commit(parts);
		} catch (error) {
			await this.#options.recover(error as Error);
			return;
		}
		for (const {process} of taken) process.acknowledge();
		this.#options.onCommitted(parts, performance.now() - start);
	}
}
