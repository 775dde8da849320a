import {InvalidArgumentError} from '../../../lib/index.ts';
import {RecordTooLargeError} from '../kafka-error.ts';
import type {OutputTopics} from './output-topics.ts';
import type {Partitioner} from './partitioner.ts';
import {batchOverhead, recordSize} from './record-size.ts';
import type {EmitRecord, OutputRecord} from './sink.ts';

function bytes(name: string, value: Buffer | string | null): Buffer | null {
	if (value === null || Buffer.isBuffer(value)) return value;
	if (typeof value === 'string') return Buffer.from(value);
	throw new InvalidArgumentError(name, value, 'a Buffer, a string or null');
}

function checkHeaders(headers: OutputRecord['headers']): void {
	if (headers === undefined) return;
	if (typeof headers !== 'object' || headers === null) {
		throw new InvalidArgumentError('record.headers', headers, 'an object');
	}
	for (const [name, values] of Object.entries(headers)) {
		for (const value of Array.isArray(values) ? values : [values]) {
			if (typeof value !== 'string' && !Buffer.isBuffer(value)) {
				throw new InvalidArgumentError(`record.headers.${name}`, value, 'a Buffer or a string, or an array of them');
			}
		}
	}
}

/**
 * Checks a record at the moment it is emitted, so that what is wrong with it is the handler's failure and not the commit's, and fixes its partition.
 *
 * @throws {InvalidArgumentError, RecordTooLargeError}
 */
export function prepareRecord(record: EmitRecord, topics: OutputTopics, partitioner: Partitioner): OutputRecord {
	const {topic, headers, timestamp} = record;
	if (typeof topic !== 'string' || topic === '') {
		throw new InvalidArgumentError('record.topic', topic, 'the name of a topic');
	}
	const {partitions, maxBatchBytes} = topics.get(topic);
	const key = bytes('record.key', record.key ?? null);
	const value = bytes('record.value', record.value);
	checkHeaders(headers);
	if (timestamp !== undefined && !/^\d{1,18}$/.test(timestamp)) {
		throw new InvalidArgumentError('record.timestamp', timestamp, 'milliseconds since 1970 as a decimal string');
	}
	const size = recordSize({key, value, headers});
	if (size + batchOverhead > maxBatchBytes) throw new RecordTooLargeError(topic, size + batchOverhead, maxBatchBytes);
	const partition = record.partition ?? partitioner.choose(topic, key, size, partitions);
	if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
		topics.refresh();
		throw new InvalidArgumentError(
			'record.partition',
			partition,
			`an integer of 0 to ${partitions - 1} for "${topic}"`,
		);
	}
	return {topic, partition, key, value, headers, timestamp};
}
