/** Java sends keyless records to one partition until a batch's worth is there (`batch.size`, 16 KiB). */
const stickyBytes = 16_384;

/** Kafka's murmur2 (`org.apache.kafka.common.utils.Utils.murmur2`), as a signed 32-bit number. */
export function murmur2(data: Uint8Array): number {
	const m = 0x5bd1e995;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const end = data.byteLength & ~3;
	let h = 0x9747b28c ^ data.byteLength;
	for (let at = 0; at < end; at += 4) {
		let k = Math.imul(view.getInt32(at, true), m);
		k ^= k >>> 24;
		h = Math.imul(h, m) ^ Math.imul(k, m);
	}
	const rest = data.byteLength & 3;
	if (rest > 0) {
		for (let at = rest - 1; at >= 0; at--) h ^= view.getUint8(end + at) << (8 * at);
		h = Math.imul(h, m);
	}
	h ^= h >>> 13;
	h = Math.imul(h, m);
	return h ^ (h >>> 15);
}

type Sticky = {partition: number; bytes: number};

/**
 * The partition that the Java client's default partitioner gives a record: murmur2 of the key. Without a key, one partition until 16 KiB went there, then the next.
 */
export class Partitioner {
	readonly #sticky = new Map<string, Sticky>();

	choose(topic: string, key: Buffer | null, bytes: number, partitions: number): number {
		if (key) return (murmur2(key) & 0x7fffffff) % partitions;
		let sticky = this.#sticky.get(topic);
		if (!sticky) {
			sticky = {partition: Math.floor(Math.random() * partitions), bytes: 0};
			this.#sticky.set(topic, sticky);
		}
		if (sticky.bytes >= stickyBytes || sticky.partition >= partitions) {
			sticky.partition = (sticky.partition + 1) % partitions;
			sticky.bytes = 0;
		}
		sticky.bytes += bytes;
		return sticky.partition;
	}
}
