import {setTimeout as sleep} from 'node:timers/promises';
import type {RetryPolicy} from '../../lib/index.ts';
import type {Lease} from '../lease.ts';
import type {FeedBatch} from './feed/feed.ts';
import type {Processor} from './handlers.ts';
import {HandlerFailedError, LaneStoppedError} from './lane-error.ts';
import {LaneProgress} from './lane-progress.ts';
import {LaneQueue, type QueuedBatch} from './lane-queue.ts';
import type {Load} from './load.ts';
import type {EmitRecord, LaneCommit, OutputRecord} from './sink/sink.ts';
import type {TopicPartition} from './topic-partition.ts';

export type LaneProcessOptions = {
	readonly lane: TopicPartition;
	readonly lease: Lease;
	readonly epoch: bigint;
	readonly position: bigint;
	readonly processor: Processor;
	readonly prepare: (record: EmitRecord) => OutputRecord;
	readonly retry: RetryPolicy;
	/** The finished prefix grew by so much. */
	readonly onFinished: (records: number, bytes: number) => void;
	/** What waits here, before or after its processing, grew or shrank. */
	readonly onLoad: () => void;
	readonly onHalted: (error: HandlerFailedError) => void;
	readonly pause: () => () => void;
};

/** A stretch of processing from one position. What belongs to an earlier one is dropped by its identity. */
type Run = {readonly controller: AbortController};
type Status = 'active' | 'paused' | 'halted' | 'draining' | 'stopped';

/** Takes one lane's records from its queue through the handler to its progress, in their order. */
export class LaneProcess {
	readonly lane: TopicPartition;
	readonly epoch: bigint;
	readonly #options: LaneProcessOptions;
	#status: Status = 'active';
	#run: Run = {controller: new AbortController()};
	readonly #queue = new LaneQueue();
	readonly #progress: LaneProgress;
	/** The handler's current work; a lane has one at a time, also across a rewind. */
	#working: Promise<void> | undefined;
	#highWatermark: bigint;

	constructor(options: LaneProcessOptions) {
		this.#options = options;
		this.lane = options.lane;
		this.epoch = options.epoch;
		this.#progress = new LaneProgress(options.position);
		this.#highWatermark = options.position;
	}

	get progress(): Pick<LaneProgress, 'committed' | 'seq' | 'isEstablished'> {
		return this.#progress;
	}

	/** The partition's end, when the feed last told it. */
	get highWatermark(): bigint {
		return this.#highWatermark;
	}

	/** Something is finished and in no commit yet. */
	get isDirty(): boolean {
		return this.#progress.isDirty;
	}

	get isWorking(): boolean {
		return this.#working !== undefined;
	}

	/** Something that is finished is not known to be committed. */
	get isUnsettled(): boolean {
		return this.#status !== 'stopped' && (this.#progress.isTaken || this.isDirty);
	}

	/** Everything that is kept in memory. */
	get load(): Load {
		const [queued, finished] = [this.#queue.load, this.#progress.load];
		return {records: queued.records + finished.records, bytes: queued.bytes + finished.bytes};
	}

	receive(batch: FeedBatch): void {
		if (this.#status === 'stopped' || this.#status === 'draining') return;
		this.#highWatermark = batch.highWatermark;
		this.#queue.add(batch);
		this.#options.onLoad();
		this.#pump();
	}

	pause(): void {
		if (this.#status === 'active') this.#status = 'paused';
	}

	/** Also after a halt: the record at which it halted is tried again. */
	resume(): void {
		if (this.#status !== 'paused' && this.#status !== 'halted') return;
		this.#status = 'active';
		this.#pump();
	}

	/** Stops for an error that is not the handler's. What is finished stays. */
	halt(): void {
		if (this.#status === 'active' || this.#status === 'paused') this.#status = 'halted';
	}

	/** The lane's part of a commit. @param refresh also without progress, so that the sink does not forget the position */
	take(refresh: boolean): LaneCommit | undefined {
		// Whoever hands over promises that nothing of the lane is open: a refresh begun now could undo the next owner's commits.
		const isDue = this.isDirty || (refresh && this.#status !== 'draining');
		if (this.#progress.isTaken || this.#status === 'stopped' || !isDue) return undefined;
		return {...this.lane, epoch: this.epoch, ...this.#progress.take()};
	}

	/** The commit is known to have happened. */
	acknowledge(): void {
		if (!this.#progress.isTaken) return;
		this.#progress.acknowledge();
		this.#options.onLoad();
	}

	/**
	 * The sink's word after a recovery. What is in memory is kept where it fits; otherwise it is dropped.
	 * @returns whether the feed must be moved to `position`
	 */
	settle(position: bigint): boolean {
		switch (this.#progress.settle(position)) {
			case 'committed':
				this.#options.onLoad();
				return false;
			case 'uncommitted': {
				const {records, bytes} = this.#progress.load;
				this.#options.onFinished(records, bytes);
				return false;
			}
			case 'unchanged':
				return false;
			case 'elsewhere':
				this.rewind(position);
				return true;
		}
	}

	/** Drops everything that is not committed and goes on from `position`. */
	rewind(position: bigint): void {
		this.#end(new LaneStoppedError(this.lane, `rewound to ${position}`));
		this.#run = {controller: new AbortController()};
		this.#progress.rewind(position);
	}

	/** Begins no record any more. Resolves when the handler has settled. */
	async drain(): Promise<void> {
		if (this.#status !== 'stopped') this.#status = 'draining';
		this.#queue.clear();
		await this.#working;
	}

	/** Drops the unfinished work of a handler that does not end. What is finished stays. */
	abandon(): void {
		this.#run.controller.abort(new LaneStoppedError(this.lane, 'handed over'));
		this.#run = {controller: new AbortController()};
	}

	/** Drops everything, for good. */
	stop(reason: Error): void {
		this.#status = 'stopped';
		this.#end(reason);
	}

	#end(reason: Error): void {
		this.#run.controller.abort(reason);
		this.#queue.clear();
		this.#progress.forget();
		this.#options.onLoad();
	}

	#pump(): void {
		const {head} = this.#queue;
		if (this.#working || this.#status !== 'active' || !head) return;
		const run = this.#run;
		this.#working = this.#work(run, head).then(() => {
			this.#working = undefined;
			this.#pump();
		});
	}

	async #work(run: Run, head: QueuedBatch): Promise<void> {
		const {messages} = head.batch;
		if (messages.length === 0) return this.#finish(this.#queue.resolve(head, 0), 0, []);
		let attempt = 0;
		let since = performance.now();
		while (head.at < messages.length) {
			const from = head.at;
			const failure = await this.#process(run, head);
			if (run !== this.#run) return;
			if (head.at > from) {
				attempt = 0;
				since = performance.now();
			}
			if (this.#status !== 'active') return;
			if (!failure && head.at > from) continue;
			const error = failure ? failure.error : new Error('the handler returned without resolving any record');
			attempt++;
			const pause = this.#options.retry({attempt, elapsed: performance.now() - since, error});
			if (pause === undefined) {
				this.#status = 'halted';
				const offset = BigInt(messages[head.at]!.offset);
				this.#options.onHalted(new HandlerFailedError(this.lane, offset, attempt, error));
				return;
			}
			await sleep(pause, undefined, {signal: run.controller.signal}).catch(() => undefined);
			if (run !== this.#run || this.#status !== 'active') return;
		}
	}

	/** One call of the handler, from the first record that is not resolved. */
	async #process(run: Run, head: QueuedBatch): Promise<{readonly error: unknown} | undefined> {
		const {batch, at: from} = head;
		const {messages} = batch;
		try {
			await this.#options.processor({
				lane: this.lane,
				batch,
				messages: from === 0 ? messages : messages.slice(from),
				signal: run.controller.signal,
				fencingToken: this.epoch,
				isStopping: () => run !== this.#run || this.#status !== 'active',
				prepare: record => this.#prepare(run, record),
				resolve: (index, outputs) => {
					if (run !== this.#run) return;
					const count = from + index + 1 - head.at;
					this.#finish(this.#queue.resolve(head, count), count, outputs);
				},
				pause: this.#options.pause,
			});
		} catch (error) {
			return {error};
		}
		return undefined;
	}

	#prepare(run: Run, record: EmitRecord): OutputRecord {
		run.controller.signal.throwIfAborted();
		this.#options.lease.throwIfLost();
		return this.#options.prepare(record);
	}

	#finish(next: bigint, inputs: number, outputs: readonly OutputRecord[]): void {
		const {records, bytes} = this.#progress.finish(next, inputs, outputs);
		this.#options.onLoad();
		this.#options.onFinished(records, bytes);
	}
}
