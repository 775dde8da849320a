import {createRequire} from 'node:module';
import {Kafka as TypedKafka} from 'kafkajs';
import {createKafka} from '../../../../recipes/kafka/kafkajs/kafka.ts';

/**
 * Run as a program of its own: loads the program's kafkajs before or after ours, as its argument says, and writes what the program's copy is made of, as JSON. The
 * import above names only the ES module namespace, which is the program's copy too.
 */
const require = createRequire(import.meta.url);

function host(): object {
	const exported = require('kafkajs') as {readonly Kafka: unknown; readonly CompressionCodecs: Record<number, unknown>};
	const filter = require('kafkajs/src/consumer/filterAbortedMessages.js') as () => void;
	const defaults = require('kafkajs/src/retry/defaults.js') as object;
	const Batch = require('kafkajs/src/consumer/batch.js') as {
		readonly prototype: {readonly isEmpty: (this: object) => void};
	};
	return {
		filter: filter.toString(),
		defaults,
		isEmpty: String(Batch.prototype.isEmpty),
		codecs: Object.keys(exported.CompressionCodecs).map(type => String(exported.CompressionCodecs[Number(type)])),
		isOne: exported.Kafka === TypedKafka,
	};
}

const order = process.argv[2];
if (order === 'host-first') host();
const ours = createKafka({
	brokers: ['127.0.0.1:1'],
	compressionCodecs: {2: () => ({compress: async ({buffer}) => buffer, decompress: async buffer => buffer})},
});
const isApart = !(ours instanceof TypedKafka);
process.stdout.write(JSON.stringify({...host(), isApart}));
