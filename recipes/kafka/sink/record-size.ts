import type {OutputRecord} from './sink.ts';

/** A varint of 32 bits takes up to 5 bytes, one of 64 up to 10. */
const varint = 5;
/** Length, attributes, timestamp delta, offset delta, the lengths of key, value and headers. */
const recordOverhead = varint + 1 + 10 + varint + 3 * varint;
/** The head of a record batch (magic 2). */
export const batchOverhead = 61;

/** The most that a record takes in an uncompressed batch. */
export function recordSize({key, value, headers}: Pick<OutputRecord, 'key' | 'value' | 'headers'>): number {
	let size = recordOverhead + (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
	for (const [name, values] of Object.entries(headers ?? {})) {
		for (const each of Array.isArray(values) ? values : [values]) {
			size += 2 * varint + Buffer.byteLength(name) + (each === undefined ? 0 : Buffer.byteLength(each));
		}
	}
	return size;
}
