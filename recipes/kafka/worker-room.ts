import type {Client, RetryPolicy} from '../../lib/index.ts';
import type {Assignment} from './assignment.ts';
import type {ConsumerPaths} from './consumer-paths.ts';
import type {Feed} from './feed/feed.ts';
import type {CommitBounds} from './group-commit.ts';
import type {Processor} from './handlers.ts';
import type {LaneState} from './lane.ts';
import type {Load} from './load.ts';
import type {OutOfRange} from './position-lanes.ts';
import type {Sink} from './sink/sink.ts';
import type {StartPosition} from './start-position.ts';
import type {takeOver} from './takeover.ts';
import type {TopicPartition} from './topic-partition.ts';

export type LaneChange = TopicPartition & {readonly before: LaneState; readonly state: LaneState};
export type CommitReport = {
	readonly lanes: readonly (TopicPartition & {readonly next: bigint; readonly epoch: bigint})[];
	/** Output records. */
	readonly records: number;
	/** Milliseconds from the first request to the acknowledgement. */
	readonly duration: number;
};

/** What a consumer tells about itself. */
export type ConsumerEvents = {
	/** A lane's state changed. */
	lane: [change: LaneChange];
	/** A plan was published. */
	assignment: [assignment: Assignment];
	/** This worker makes the plans now, or no longer. */
	leading: [isLeading: boolean];
	/** The worker is ready under this id, which is new with each ZooKeeper session. */
	started: [transactionalId: string];
	commit: [report: CommitReport];
	/** A transaction failed; nothing is committed until its outcome is known. */
	recovering: [cause: Error];
	recovered: [];
	/** Something failed that is being repeated: Kafka or ZooKeeper did not answer as hoped. */
	failure: [error: unknown];
};

/** How much a lane may hold in memory before it stops fetching, and how much when it goes on. */
export type LoadBounds = {
	readonly highWater: Load;
	readonly lowWater: Load;
};

/** What outlives the session: handed to each incarnation of the worker. */
export type WorkerRoom = {
	readonly client: Client;
	readonly paths: ConsumerPaths;
	readonly groupId: string;
	readonly workerId: string;
	readonly topics: ReadonlySet<string>;
	readonly feed: Feed;
	readonly openSink: (transactionalId: string, signal: AbortSignal) => Promise<Sink>;
	readonly processor: Processor;
	readonly retry: RetryPolicy;
	readonly start: StartPosition;
	readonly outOfRange: OutOfRange;
	readonly adoptionDelay: number;
	readonly carrierRefreshInterval: number;
	readonly partitionsInterval: number;
	/** Milliseconds a handler may go on when its lane is to be handed over. */
	readonly drainTimeout: number;
	readonly bounds: () => CommitBounds & LoadBounds;
	readonly isPaused: (lane: TopicPartition) => boolean;
	/** As the user would: for handlers. @returns what resumes */
	readonly pause: (lane: TopicPartition) => () => void;
	readonly tell: <Name extends keyof ConsumerEvents>(event: Name, ...args: ConsumerEvents[Name]) => void;
	/** The protocol's takeover. Another one is for tests that show what breaks without it. */
	readonly takeOver: typeof takeOver;
};
