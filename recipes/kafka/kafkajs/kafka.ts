import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import type {Kafka, KafkaConfig} from 'kafkajs';
import {KafkajsMismatchError} from '../kafka-error.ts';
import {withoutAborted} from './aborted-records.ts';
import {mendCompactedBatches, mendEmptyBatches, mendOutOfRange, mendRequestQueue} from './mends.ts';
import {ModuleGraph} from './module-graph.ts';
import {checkFilter, checkRetry} from './self-test.ts';

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
		graph.wrap(file('src/protocol/recordBatch/v0/decoder.js'), mendCompactedBatches);
		mendRequestQueue(module('src/network/requestQueue/index.js'));
		mendEmptyBatches(module('src/consumer/batch.js'));
		mendOutOfRange(module('src/consumer/consumerGroup.js'));
		const index = module('index.js') as Omit<PrivateKafkajs, 'Encoder' | 'Decoder' | 'errorFromCode'>;
		checkFilter(module('src/consumer/batch.js'));
		checkRetry(module('src/retry/index.js'), retryDefaults.initialRetryTime);
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
