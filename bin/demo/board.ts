/** What a worker process is doing, as far as its parent can tell. */
export type WorkerState = 'starting' | 'working' | 'killed' | 'frozen' | 'woken' | 'finished';
export type WorkerRow = {readonly id: string; readonly state: WorkerState};

/** One input partition as ZooKeeper records it. */
export type LaneRow = {
	readonly partition: number;
	/** Nobody holds the lane before the first one took it. */
	readonly owner: string | undefined;
	/** Grows with every owner. */
	readonly epoch: number;
	/** The offset up to which everything was carried. */
	readonly next: number;
	/** The owner's transactional id. */
	readonly transactionalId: string | undefined;
};

export type BoardEvent = {readonly at: number; readonly tone: 'plain' | 'fault' | 'good'; readonly text: string};

/** What is shown, at one moment. Times are milliseconds since the start. */
export type Snapshot = {
	readonly elapsed: number;
	readonly servers: string;
	readonly total: number;
	readonly produced: number;
	readonly batchSize: number | undefined;
	readonly leader: string | undefined;
	readonly workers: readonly WorkerRow[];
	readonly lanes: readonly LaneRow[];
	readonly events: readonly BoardEvent[];
};

/** How many records were carried, and acknowledged in ZooKeeper. */
export function carriedOf({lanes}: Pick<Snapshot, 'lanes'>): number {
	return lanes.reduce((sum, {next}) => sum + next, 0);
}

/** How many of the first `produced` numbers, dealt out in turn, went to `partition`. */
export function producedFor(partition: number, produced: number, partitions: number): number {
	return Math.max(0, Math.ceil((produced - partition) / partitions));
}

type Facts = Partial<Omit<Snapshot, 'elapsed' | 'events' | 'workers'>>;

/** Where everything that is to be shown comes together. */
export class Board {
	readonly #started = performance.now();
	readonly #events: BoardEvent[] = [];
	readonly #workers = new Map<string, WorkerRow>();
	readonly #onEvent: (event: BoardEvent) => void;
	#facts: Required<Facts>;

	constructor(total: number, onEvent: (event: BoardEvent) => void) {
		this.#onEvent = onEvent;
		const unknown = {servers: '', produced: 0, batchSize: undefined, leader: undefined, lanes: []};
		this.#facts = {...unknown, total};
	}

	get elapsed(): number {
		return performance.now() - this.#started;
	}

	note(text: string, tone: BoardEvent['tone'] = 'plain'): void {
		const event = {at: this.elapsed, tone, text};
		this.#events.push(event);
		this.#onEvent(event);
	}

	show(facts: Facts): void {
		this.#facts = {...this.#facts, ...facts};
	}

	showWorker(id: string, state: WorkerState): void {
		this.#workers.set(id, {id, state});
	}

	snapshot(): Snapshot {
		return {...this.#facts, elapsed: this.elapsed, workers: [...this.#workers.values()], events: this.#events};
	}
}
