import type {KafkaOperation} from './kafka-operations.ts';
import type {ZooKeeperOperation} from './zookeeper-operations.ts';

/** What a proxy can name: an operation of its protocol, or with `raw` each chunk of bytes as `data`. */
export type ProxiedOperation = ZooKeeperOperation | KafkaOperation | 'data';

type Frame = {
	/** What it is; `unknown` for an opcode or api key without a name here. */
	readonly op: ProxiedOperation | 'unknown';
	/** ZooKeeper's xid or Kafka's correlation id; 0 where there is none. */
	readonly id: number;
	/** Counts the connections of one proxy from 1. */
	readonly connection: number;
	/** When the proxy had read it, on the clock of `performance.now()`. */
	readonly at: number;
	/** All of it, the length included. */
	readonly bytes: Buffer;
};

/** A frame on its way from the client to the server. */
export type RequestFrame = Frame & {
	readonly direction: 'request';
	/** The znode that a ZooKeeper request is about. */
	readonly path?: string;
	/** The version of a Kafka request. */
	readonly version?: number;
};

/** A frame on its way from the server to the client. */
export type ReplyFrame = Frame & {
	readonly direction: 'reply';
	/** What it answers; absent for a watch event and for raw bytes. */
	readonly request?: RequestFrame;
	/** The error code in the header of a ZooKeeper reply: 0 for success. */
	readonly error?: number;
};

export type ProxiedFrame = RequestFrame | ReplyFrame;
