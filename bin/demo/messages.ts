/** What a worker process is started with, as JSON in its only argument. */
export type WorkerOrders = {
	readonly id: string;
	readonly connectString: string;
	readonly brokers: readonly string[];
};

/** What a worker tells its parent. */
export type WorkerMessage =
	| {readonly kind: 'working'}
	| {readonly kind: 'event'; readonly text: string; readonly tone: 'plain' | 'fault' | 'good'};

/** What a parent tells a worker: to drain, and to end. */
export type ParentMessage = {readonly kind: 'stop'};

/** What both sides, and whoever looks on, must agree on. */
export const groupId = 'docent-demo';
/** Where the consumer keeps the group in ZooKeeper. */
export const groupPath: string = `/docent/${groupId}`;
/** Milliseconds after which a worker that is not heard of is replaced. */
export const sessionTimeout = 4000;
