import {createRequire} from 'node:module';
import test from 'ava';
import {KafkajsMismatchError} from '../../../../recipes/kafka/kafka-error.ts';
import {
	mendCompactedBatches,
	mendEmptyBatches,
	mendOutOfRange,
	mendRequestQueue,
} from '../../../../recipes/kafka/kafkajs/mends.ts';
import {ModuleGraph} from '../../../../recipes/kafka/kafkajs/module-graph.ts';

const require = createRequire(import.meta.url);

/** kafkajs as it is installed, apart from the copy that others in this process use. */
function stock(): {load: (path: string) => unknown; wrap: ModuleGraph['wrap']} {
	const graph = new ModuleGraph(new Map());
	const file = (path: string): string => require.resolve(`kafkajs/src/${path}`);
	return {load: path => graph.load(file(path)), wrap: (path, wrapper) => graph.wrap(file(path), wrapper)};
}

/** A record batch (magic 2) that compaction has emptied. */
function emptied(firstOffset: bigint, lastOffsetDelta: number): Buffer {
	const batch = Buffer.alloc(61);
	batch.writeBigInt64BE(firstOffset, 0);
	batch.writeInt32BE(batch.length - 12, 8);
	batch.writeInt8(2, 16);
	batch.writeInt32BE(lastOffsetDelta, 23);
	return batch;
}

type DecodeMessages = (decoder: object) => Promise<{readonly offset: string; readonly isControlRecord: boolean}[]>;

async function decode(load: (path: string) => unknown, batches: readonly Buffer[]): Promise<object[]> {
	const Decoder = load('protocol/decoder.js') as new (buffer: Buffer) => object;
	const records = Buffer.concat(batches);
	const size = Buffer.alloc(4);
	size.writeInt32BE(records.length);
	const decodeMessages = load('protocol/requests/fetch/v4/decodeMessages.js') as DecodeMessages;
	const decoded = await decodeMessages(new Decoder(Buffer.concat([size, records])));
	return decoded.map(({offset, isControlRecord}) => ({offset, isControlRecord}));
}

test('a batch that compaction emptied moves the position', async t => {
	const batches = [emptied(5n, 2), emptied(8n, 0)];
	t.deepEqual(await decode(stock().load, batches), [], 'which kafkajs does not know');
	const mended = stock();
	mended.wrap('protocol/recordBatch/v0/decoder.js', mendCompactedBatches);
	t.deepEqual(await decode(mended.load, batches), [
		{offset: '7', isControlRecord: true},
		{offset: '8', isControlRecord: true},
	]);
});

test('an idle connection arms no timer', t => {
	const {load} = stock();
	const RequestQueue = load('network/requestQueue/index.js') as new (
		options: object,
	) => {
		scheduleCheckPendingRequests(): void;
		checkPendingRequests(): void;
		destroy(): void;
		readonly throttleCheckTimeoutId: unknown;
	};
	const logger = {debug: () => undefined};
	const queue = new RequestQueue({maxInFlightRequests: null, requestTimeout: 1000, logger});
	queue.checkPendingRequests();
	t.truthy(queue.throttleCheckTimeoutId, 'which kafkajs does');
	queue.destroy();
	mendRequestQueue(RequestQueue);
	queue.checkPendingRequests();
	t.falsy(queue.throttleCheckTimeoutId);
});

test('what is not there to be mended is told', t => {
	class Other {}
	for (const mend of [mendRequestQueue, mendEmptyBatches, mendOutOfRange, mendCompactedBatches]) {
		t.throws(() => mend(mend === mendCompactedBatches ? {} : Other), {instanceOf: KafkajsMismatchError});
	}
});
