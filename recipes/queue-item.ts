import {InvalidArgumentError} from '../lib/index.ts';
import {QueueDataError} from './recipe-error.ts';

/** Curator's `ItemSerializer`: a version, then each item behind a 1 and its length, then a 2. All numbers have the highest byte first. */
const version = 0x0001_0001;
const itemMark = 1;
const endMark = 2;
const itemName = /^queue-(?:[01][\dA-F]{8})?(?:\d{10}|-\d{9,10})$/;

/** One item, in a znode of its own. */
export function encodeItem(bytes: Uint8Array): Buffer {
	const head = Buffer.alloc(9);
	head.writeInt32BE(version);
	head.writeUInt8(itemMark, 4);
	head.writeInt32BE(bytes.length, 5);
	return Buffer.concat([head, bytes, Buffer.of(endMark)]);
}

/** The items of a znode: one, or those that Curator's `putMulti` has put. @throws QueueDataError */
export function decodeItems(path: string, data: Buffer | null): Buffer[] {
	try {
		if (data?.readInt32BE() !== version) throw new RangeError('not of the version that is known');
		const items: Buffer[] = [];
		let at = 4;
		while (data.readUInt8(at) === itemMark) {
			const start = at + 5;
			at = start + data.readInt32BE(at + 1);
			if (at < start || at >= data.length)
				throw new RangeError(`an item that is said to end at ${at} of ${data.length} bytes`);
			items.push(data.subarray(start, at));
		}
		if (data.readUInt8(at) !== endMark) throw new RangeError(`no mark at ${at}`);
		return items;
	} catch (error) {
		throw new QueueDataError(path, error);
	}
}

/** What the server puts the number behind. As `DistributedPriorityQueue`: a digit for the sign, then the number's 32 bits. @throws InvalidArgumentError */
export function itemPrefix(priority: number | undefined): string {
	if (priority === undefined) return 'queue-';
	if ((priority | 0) !== priority)
		throw new InvalidArgumentError('options.priority', priority, 'a whole number of 32 bits, with a sign');
	const bits = (priority >>> 0).toString(16).toUpperCase().padStart(8, '0');
	return `queue-${priority < 0 ? 0 : 1}${bits}`;
}

/** The items among the children, the first to be taken first; what else is there is left alone. */
export function itemsInOrder(names: readonly string[]): string[] {
	return names.filter(name => itemName.test(name)).sort();
}
