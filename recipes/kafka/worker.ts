import {setMaxListeners} from 'node:events';
import {isCoordinationError} from '../../lib/index.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {subscribe} from '../../lib/util/subscribe.ts';
import {runAssignor, watchAssignment} from './assignment.ts';
import {GroupCommit} from './group-commit.ts';
import type {HeldLane} from './held-lane.ts';
import {HeldLanes} from './held-lanes.ts';
import {HandlerFailedError} from './lane-error.ts';
import {LaneTakeovers} from './lane-takeovers.ts';
import {Membership} from './membership.ts';
import {OffsetMirror} from './offset-mirror.ts';
import {persistently} from './persistently.ts';
import {recover} from './recovery.ts';
import type {LaneCommit, Sink} from './sink/sink.ts';
import type {TopicPartition} from './topic-partition.ts';
import type {WorkerRoom} from './worker-room.ts';

/**
 * A worker for the time of one ZooKeeper session, under one transactional id. When the session ends everything of it is dropped; the next session gets the next worker.
 */
export class Worker {
	readonly #room: WorkerRoom;
	readonly #transactionalId: string;
	readonly #membership: Membership;
	readonly #over: AbortController = new AbortController();
	/** Resolves with the end of the session, or of the wish to go on; rejects with what cannot be mended. */
	readonly #ended: Deferred<void> = deferred();
	readonly #lanes: HeldLanes;
	#parts: {readonly commit: GroupCommit; readonly mirror: OffsetMirror; readonly takeovers: LaneTakeovers} | undefined;
	/** The last of the takeovers and recoveries: an epoch is not renewed while a lane is between its record and its position. */
	#exclusive: Promise<void> = Promise.resolve();

	constructor(room: WorkerRoom, sessionId: bigint) {
		this.#room = room;
		// Every call that a lane has under way listens: their number is the lanes'.
		setMaxListeners(0, this.#over.signal);
		this.#transactionalId = `${room.groupId}.${room.workerId}.${sessionId.toString(16)}`;
		this.#membership = new Membership(room.client, room.paths, room.workerId);
		this.#lanes = new HeldLanes({
			room,
			signal: this.#over.signal,
			parts: () => this.#parts,
			onFatal: error => this.#fail(error),
		});
	}

	get lanes(): Iterable<HeldLane> {
		return this.#lanes;
	}

	lane(lane: TopicPartition): HeldLane | undefined {
		return this.#lanes.get(lane);
	}

	/** Works until the session ends, `close`, or the signal. @throws what trying again cannot mend */
	async run(signal: AbortSignal): Promise<void> {
		const {client} = this.#room;
		const off = subscribe(client, {lost: () => this.#ended.resolve(), closed: () => this.#ended.resolve()});
		const onAbort = (): void => this.#ended.resolve();
		signal.addEventListener('abort', onAbort, {once: true});
		if (signal.aborted || client.state.status === 'lost' || client.state.status === 'closed') this.#ended.resolve();
		const working = this.#start().catch(error => this.#fail(error));
		try {
			await this.#ended.promise;
		} finally {
			off();
			signal.removeEventListener('abort', onAbort);
			const reason = new Error('the worker has ended');
			this.#lanes.end(reason);
			this.#over.abort(reason);
			await working;
			await this.#membership.leave();
		}
	}

	/** Hands all lanes over, as far as that goes, and ends. */
	async close(): Promise<void> {
		this.#lanes.stopTaking();
		if (!this.#over.signal.aborted && this.#parts) {
			await this.#membership.drain({signal: this.#over.signal}).catch(() => undefined);
			await this.#lanes.releaseAll();
			await this.#parts.commit.stop();
			await this.#membership.leave();
		}
		this.#ended.resolve();
	}

	/** After a halt or a pause. */
	resume(lane: TopicPartition): void {
		const held = this.lane(lane);
		if (held?.state.status !== 'halted' || held.state.error instanceof HandlerFailedError) held?.resume();
		// What halted it must be looked at from the start: give it back, and take it again.
		else void this.#lanes.release(held, 'plan');
	}

	async #start(): Promise<void> {
		const room = this.#room;
		const {signal} = this.#over;
		const repeated = {signal, onFailure: (error: unknown) => room.tell('failure', error)};
		const sink = await persistently(() => room.openSink(this.#transactionalId, signal), repeated);
		try {
			await persistently(async () => {
				await sink.checkCarrier({signal});
				// Before the first lane: what an earlier owner of this id had open is over.
				await sink.initProducer({signal});
			}, repeated);
			await this.#membership.join({signal});
			const commit = this.#createCommit(sink);
			const mirror = new OffsetMirror(room.client, signal);
			const takeovers = this.#createTakeovers(sink, commit);
			this.#parts = {commit, mirror, takeovers};
			room.tell('started', this.#transactionalId);
			const assignor = {...room, onLeading: (isLeading: boolean) => room.tell('leading', isLeading)};
			await Promise.all([
				persistently(() => runAssignor(assignor, signal), repeated),
				persistently(() => this.#follow(signal), repeated),
			]);
		} finally {
			// First the sink: a commit on its way is not waited for.
			await sink.close();
			await this.#parts?.commit.stop();
			await this.#exclusive;
		}
	}

	async #follow(signal: AbortSignal): Promise<void> {
		for await (const assignment of watchAssignment(this.#room.client, this.#room.paths, {signal})) {
			this.#room.tell('assignment', assignment);
			this.#lanes.follow(assignment.plan);
		}
	}

	#createCommit(sink: Sink): GroupCommit {
		const {client, bounds, carrierRefreshInterval, tell} = this.#room;
		return new GroupCommit({
			sink,
			processes: () => this.#processes(),
			bounds,
			isTrusted: () => {
				client.checkClock();
				return performance.now() < client.trustedUntil;
			},
			refreshInterval: carrierRefreshInterval,
			onCommitted: (parts, duration) => this.#committed(parts, duration),
			recover: cause =>
				this.#exclusively(async () => {
					for (const held of this.#lanes) held.tell({type: 'recovering', cause});
					tell('recovering', cause);
					await recover({
						client,
						sink,
						membership: this.#membership,
						lanes: () => [...this.#lanes].flatMap(held => held.toRecover()),
						signal: this.#over.signal,
						onFailure: error => tell('failure', error),
					});
					for (const held of this.#lanes) {
						// A lane that is being handed over is about to say so itself, or has said it.
						if (this.#parts && held.state.status !== 'draining') held.mirror(this.#parts.mirror, {clean: false});
						held.tell({type: 'recovered'});
					}
					tell('recovered');
				}),
			onFatal: error => this.#fail(error),
		});
	}

	#createTakeovers(sink: Sink, commit: GroupCommit): LaneTakeovers {
		const room = this.#room;
		return new LaneTakeovers({
			room: {
				...room,
				sink,
				transactionalId: this.#transactionalId,
				transactionTimeout: room.adoptionDelay,
				signal: this.#over.signal,
			},
			takeOver: room.takeOver,
			settled: () => commit.settled(),
			exclusively: work => this.#exclusively(work),
			isExpecting: () => [...this.#lanes].some(({state}) => state.status === 'locking'),
			onOutcomes: (lanes, outcomes) => {
				for (const held of lanes) {
					const outcome = outcomes.get(held.lane);
					if (outcome) held.taken(outcome, sink);
					if (held.revokedBy) void this.#lanes.release(held, held.revokedBy);
				}
			},
			onFailure: error => room.tell('failure', error),
			onFatal: error => this.#fail(error),
		});
	}

	#committed(parts: readonly LaneCommit[], duration: number): void {
		for (const part of parts) {
			const held = this.lane(part);
			if (held?.process?.epoch === part.epoch && this.#parts) held.mirror(this.#parts.mirror, {clean: false});
		}
		this.#room.tell('commit', {
			lanes: parts.map(({topic, partition, next, epoch}) => ({topic, partition, next, epoch})),
			records: parts.reduce((sum, {outputs}) => sum + outputs.length, 0),
			duration,
		});
	}

	*#processes(): Generator<NonNullable<HeldLane['process']>> {
		for (const {process} of this.#lanes) if (process) yield process;
	}

	async #exclusively(work: () => Promise<void>): Promise<void> {
		const done = this.#exclusive.then(work);
		this.#exclusive = done.catch(() => undefined);
		await done;
	}

	#fail(error: unknown): void {
		if (this.#over.signal.aborted || isCoordinationError(error, 'SESSION_EXPIRED')) this.#ended.resolve();
		else this.#ended.reject(error);
	}
}
