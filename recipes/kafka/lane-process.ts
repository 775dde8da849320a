import {setTimeout as sleep} from 'node:timers/promises';
import type {KafkaMessage} from 'kafkajs';
import type {RetryPolicy} from '../../lib/index.ts';
import type {Lease} from '../lease.ts';
import type {FeedBatch} from './feed/feed.ts';
import {FinishedPrefix} from './finished-prefix.ts';
import type {Processor} from './handlers.ts';
import {HandlerFailedError, LaneStoppedError} from './lane-error.ts';
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
/** `at`: the first of the messages that is not resolved. */
type Queued = {
	readonly batch: FeedBatch;
	readonly messages: readonly KafkaMessage[];
	readonly bytes: number;
	at: number;
};
type Status = 'active' | 'paused' | 'halted' | 'draining' | 'stopped';

/** Processes one lane's records in their order, and keeps what is finished until it is committed. */
export class LaneProcess {
	readonly lane: TopicPartition;
	readonly epoch: bigint;
	readonly #options: LaneProcessOptions;
	#status: Status = 'active';
	#run: Run = {controller: new AbortController()};
	#queue: Queued[] = [];
	#queuedRecords = 0;
	#queuedBytes = 0;
	/** The handler's current work; a lane has one at a time, also across a rewind. */
	#working: Promise<void> | undefined;
	#committed: bigint;
	#finished: FinishedPrefix;
	/** Part of the commit in flight. */
	#taken: FinishedPrefix | undefined;
	#seq = 0n;
	#isEstablished = false;
	#highWatermark: bigint;

	constructor(options: LaneProcessOptions) {
		this.#options = options;
		this.lane = options.lane;
		this.epoch = options.epoch;
		this.#committed = options.position;
		this.#highWatermark = options.position;
		this.#finished = new FinishedPrefix(options.position);
	}

	/** `seq`: of the last commit. `isEstablished`: the sink has acknowledged a position of this lane to this owner. */
	get progress(): {
		readonly committed: bigint;
		readonly seq: bigint;
		readonly isEstablished: boolean;
		readonly highWatermark: bigint;
	} {
		const [committed, seq, isEstablished] = [this.#committed, this.#seq, this.#isEstablished];
		return {committed, seq, isEstablished, highWatermark: this.#highWatermark};
	}

	/** Something is finished and in no commit yet. */
	get isDirty(): boolean {
		return this.#finished.next !== (this.#taken?.next ?? this.#committed);
	}

	get isWorking(): boolean {
		return this.#working !== undefined;
	}

	/** Something that is finished is not known to be committed. */
	get isUnsettled(): boolean {
		return this.#status !== 'stopped' && (this.#taken !== undefined || this.isDirty);
	}

	/** Everything that is kept in memory. */
	get load(): {readonly records: number; readonly bytes: number} {
		const records = this.#queuedRecords + this.#finished.records + (this.#taken?.records ?? 0);
		const bytes = this.#queuedBytes + this.#finished.bytes + (this.#taken?.bytes ?? 0);
		return {records, bytes};
	}

	receive(batch: FeedBatch): void {
		if (this.#status === 'stopped' || this.#status === 'draining') return;
		this.#highWatermark = batch.highWatermark;
		const bytes = batch.messages.reduce((sum, {key, value}) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
		this.#queue.push({batch, messages: batch.messages, bytes, at: 0});
		this.#queuedRecords += batch.messages.length;
		this.#queuedBytes += bytes;
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
		if (this.#taken || this.#status === 'stopped' || !isDue) return undefined;
		const {next, outputs} = (this.#taken = this.#finished);
		this.#finished = new FinishedPrefix(next);
		this.#seq++;
		return {...this.lane, from: this.#committed, next, epoch: this.epoch, seq: this.#seq, outputs};
	}

	/** The commit is known to have happened. */
	acknowledge(): void {
		if (!this.#taken) return;
		this.#committed = this.#taken.next;
		this.#isEstablished = true;
		this.#taken = undefined;
		this.#options.onLoad();
	}

	/**
	 * The sink's word after a recovery. What is in memory is kept where it fits; otherwise it is dropped.
	 * @returns whether the feed must be moved to `position`
	 */
	settle(position: bigint): boolean {
		if (this.#taken && position === this.#taken.next) {
			this.acknowledge();
			return false;
		}
		if (position === this.#committed) {
			if (this.#taken) {
				this.#taken.append(this.#finished);
				this.#finished = this.#taken;
				this.#taken = undefined;
				this.#options.onFinished(this.#finished.records, this.#finished.bytes);
			}
			return false;
		}
		this.rewind(position);
		return true;
	}

	/** Drops everything that is not committed and goes on from `position`. */
	rewind(position: bigint): void {
		this.#end(new LaneStoppedError(this.lane, `rewound to ${position}`));
		this.#run = {controller: new AbortController()};
		this.#committed = position;
		this.#finished = new FinishedPrefix(position);
	}

	/** Begins no record any more. Resolves when the handler has settled. */
	async drain(): Promise<void> {
		if (this.#status !== 'stopped') this.#status = 'draining';
		this.#clearQueue();
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
		this.#clearQueue();
		this.#taken = undefined;
		this.#options.onLoad();
	}

	#pump(): void {
		const head = this.#queue[0];
		if (this.#working || this.#status !== 'active' || !head) return;
		const run = this.#run;
		this.#working = this.#work(run, head).then(() => {
			this.#working = undefined;
			this.#pump();
		});
	}

	async #work(run: Run, head: Queued): Promise<void> {
		const {batch, messages} = head;
		if (messages.length === 0) {
			this.#shift(head);
			this.#finish(batch.nextOffset, 0, []);
			return;
		}
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
	async #process(run: Run, head: Queued): Promise<{readonly error: unknown} | undefined> {
		const {batch, messages, at: from} = head;
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
					head.at += count;
					const isWhole = head.at === messages.length;
					if (isWhole) this.#shift(head);
					this.#finish(isWhole ? batch.nextOffset : BigInt(messages[head.at - 1]!.offset) + 1n, count, outputs);
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

	#shift(head: Queued): void {
		if (this.#queue[0] !== head) return;
		this.#queue.shift();
		this.#queuedRecords -= head.messages.length;
		this.#queuedBytes -= head.bytes;
	}

	#clearQueue(): void {
		this.#queue = [];
		this.#queuedRecords = 0;
		this.#queuedBytes = 0;
	}

	#finish(next: bigint, inputs: number, outputs: readonly OutputRecord[]): void {
		const {records, bytes} = this.#finished;
		this.#finished.extend(next, inputs, outputs);
		this.#options.onLoad();
		this.#options.onFinished(this.#finished.records - records, this.#finished.bytes - bytes);
	}
}
