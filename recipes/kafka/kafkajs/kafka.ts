import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import type {Kafka, KafkaConfig} from 'kafkajs';
import {KafkajsMismatchError} from '../kafka-error.ts';
import {withoutAborted} from './aborted-records.ts';
import {ModuleGraph} from './module-graph.ts';

/** The release whose insides are known here. */
const version = '2.2.4';

/**
 * kafkajs's own pauses begin at 300 ms, and those of InitProducerId and TxnOffsetCommit take no option: a takeover of an open transaction would wait them out. These
 * also hold under `NODE_ENV=test`, for which kafkajs has others.
 */
const retryDefaults = {initialRetryTime: 10, maxRetryTime: 1000, factor: 0.2, multiplier: 2, retries: 8};

/** A compression codec, as kafkajs takes it in `CompressionCodecs`. */
export type CompressionCodec = () => {
	compress(encoder: {readonly buffer: Buffer}): Promise<Buffer>;
	decompress(buffer: Buffer): Promise<Buffer>;
};

/** What kafkajs's `Kafka` takes, and the codecs that kafkajs would have registered for the whole process. */
export type KafkaOptions = KafkaConfig & {
	/** By the number of kafkajs's `CompressionTypes`: `{[CompressionTypes.Snappy]: SnappyCodec}`. GZIP is there already. */
	readonly compressionCodecs?: Readonly<Record<number, CompressionCodec>> | undefined;
};

/** kafkajs's own, which its requests must be written with. */
export type Encoder = {
	writeInt8(value: number): Encoder;
	writeInt32(value: number): Encoder;
	writeUVarInt(value: number): Encoder;
	writeUVarIntString(value: string): Encoder;
	writeBoolean(value: boolean): Encoder;
};

export type Decoder = {
	readInt16(): number;
	readInt32(): number;
	readInt64(): bigint;
	readUVarInt(): number;
	readUVarIntString(): string | null;
	forward(bytes: number): void;
};

/** The copy of kafkajs that is Docent's alone. */
export type PrivateKafkajs = {
	readonly Kafka: new (config: KafkaConfig) => Kafka;
	readonly CompressionCodecs: Record<number, CompressionCodec>;
	readonly AssignerProtocol: {
		readonly MemberMetadata: {encode(metadata: {readonly version: number; readonly topics: readonly string[]}): Buffer};
		readonly MemberAssignment: {
			encode(assignment: {
				readonly version: number;
				readonly assignment: Readonly<Record<string, readonly number[]>>;
			}): Buffer;
		};
	};
	readonly Encoder: new () => Encoder;
	readonly Decoder: new (buffer: Buffer) => Decoder;
	/** The error kafkajs throws for a broker's error code. */
	readonly errorFromCode: (code: number) => Error;
};

let loaded: PrivateKafkajs | undefined;

/**
 * Loads kafkajs once more, with its filter of aborted records and its back-off replaced. The program's own copy is neither used nor changed.
 *
 * @throws {KafkajsMismatchError} when another release is installed, or a replacement did not take (a bundler that inlines kafkajs, for example)
 */
export function privateKafkajs(): PrivateKafkajs {
	loaded ??= load();
	return loaded;
}

/**
 * A client of the private kafkajs. A request is given up after 10 s instead of kafkajs's 30 (`requestTimeout`).
 *
 * @throws {KafkajsMismatchError}
 */
export function createKafka({compressionCodecs = {}, ...config}: KafkaOptions): Kafka {
	const kafkajs = privateKafkajs();
	for (const [type, codec] of Object.entries(compressionCodecs)) kafkajs.CompressionCodecs[Number(type)] = codec;
	return new kafkajs.Kafka({requestTimeout: 10_000, ...config});
}

function load(): PrivateKafkajs {
	try {
		const root = dirname(createRequire(import.meta.url).resolve('kafkajs/package.json'));
		const file = (path: string): string => join(root, ...path.split('/'));
		const graph = new ModuleGraph(
			new Map<string, unknown>([
				[file('src/consumer/filterAbortedMessages.js'), withoutAborted],
				[file('src/retry/defaults.js'), retryDefaults],
				[file('src/retry/defaults.test.js'), retryDefaults],
			]),
		);
		const module = (path: string): unknown => graph.load(file(path));
		checkVersion(module('package.json'));
		mendRequestQueue(module('src/network/requestQueue/index.js'));
		const index = module('index.js') as Omit<PrivateKafkajs, 'Encoder' | 'Decoder' | 'errorFromCode'>;
		checkFilter(module('src/consumer/batch.js'));
		checkRetry(module('src/retry/index.js'));
		return {
			...index,
			Encoder: module('src/protocol/encoder.js') as PrivateKafkajs['Encoder'],
			Decoder: module('src/protocol/decoder.js') as PrivateKafkajs['Decoder'],
			errorFromCode: (module('src/protocol/error.js') as {createErrorFromCode: PrivateKafkajs['errorFromCode']})
				.createErrorFromCode,
		};
	} catch (error) {
		if (error instanceof KafkajsMismatchError) throw error;
		throw new KafkajsMismatchError(
			`kafkajs ${version} could not be loaded from its files. Is it installed, and is this package kept out of bundles?`,
			{cause: error},
		);
	}
}

function checkVersion(manifest: unknown): void {
	const found = (manifest as {readonly version?: unknown}).version;
	if (found !== version) throw new KafkajsMismatchError(`kafkajs must be ${version} exactly, found ${String(found)}`);
}

type RequestQueue = {readonly pending: readonly unknown[]; scheduleCheckPendingRequests: (this: RequestQueue) => void};

/** kafkajs arms a timer of 1 ms again and again on every connection, for an empty queue too: percents of a core, and a warning each from Node 24 on. */
function mendRequestQueue(module: unknown): void {
	const {prototype} = module as {readonly prototype: RequestQueue};
	const schedule = prototype.scheduleCheckPendingRequests;
	if (typeof schedule !== 'function') throw new KafkajsMismatchError('kafkajs has no request queue of the known kind');
	prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
		if (this.pending.length > 0) schedule.call(this);
	};
}

type Batch = new (
	topic: string,
	fetchedOffset: string,
	data: unknown,
) => {readonly messages: readonly {readonly offset: string}[]};

/** Two aborted transactions that overlap and a user's key of four zero bytes: what kafkajs's own filter gets wrong, through the class that uses it. */
function checkFilter(module: unknown): void {
	const zero = Buffer.alloc(4);
	const abort = (producerId: string, offset: string): object => ({
		...record(producerId, offset),
		isControlRecord: true,
	});
	const record = (producerId: string, offset: string): object => ({
		offset,
		key: zero,
		isControlRecord: false,
		batchContext: {producerId, inTransaction: true},
	});
	const {messages} = new (module as Batch)('self-test', '0', {
		partition: 0,
		highWatermark: '7',
		abortedTransactions: [
			{producerId: '2', firstOffset: '1'},
			{producerId: '1', firstOffset: '0'},
		],
		messages: [
			record('1', '0'),
			record('2', '1'),
			record('2', '2'),
			abort('2', '3'),
			record('1', '4'),
			abort('1', '5'),
			record('1', '6'),
		],
	});
	if (messages.map(({offset}) => offset).join() !== '6') {
		throw new KafkajsMismatchError("kafkajs's filter of aborted records was not replaced");
	}
}

/** The first pause is read from what a failing call is told, so that no time is measured. */
function checkRetry(module: unknown): void {
	let pause = Number.POSITIVE_INFINITY;
	const retrier = (module as () => (attempt: (...args: number[]) => Promise<void>) => Promise<void>)();
	const done = retrier(async (_bail, _count, retryTime) => {
		pause = retryTime ?? pause;
	});
	done.catch(() => undefined);
	if (pause > retryDefaults.initialRetryTime * 2) throw new KafkajsMismatchError("kafkajs's back-off was not replaced");
}
