/** How a worker takes lanes over: by the protocol, or broken on purpose, to see that the check would notice. */
export type Takeover = 'protocol' | 'no fence' | 'record before fence';

/** What a worker process is started with, as JSON in its only argument. */
export type WorkerOrders = {
	readonly id: string;
	readonly connectString: string;
	readonly brokers: readonly string[];
	readonly groupId: string;
	readonly input: string;
	readonly output: string;
	readonly sessionTimeout: number;
	readonly takeover: Takeover;
	/** Milliseconds the handler takes for each record; 0 answers at once. */
	readonly handlerTime: number;
	readonly transactionTimeout: number;
	/** Of kafkajs, in milliseconds. */
	readonly requestTimeout: number;
	readonly carrierRefreshInterval: number;
};

/** What a worker tells its parent. `session`: the password is hexadecimal. */
export type WorkerMessage =
	| {readonly type: 'session'; readonly id: string; readonly password: string}
	| {readonly type: 'recovering' | 'failure' | 'halted'; readonly text: string}
	/** How many lanes it is processing now. */
	| {readonly type: 'running'; readonly lanes: number}
	| {readonly type: 'unblocked'};

/** What a parent tells a worker: to hand over and end, or to block its event loop. */
export type ParentMessage = {readonly type: 'stop'} | {readonly type: 'block'; readonly milliseconds: number};
