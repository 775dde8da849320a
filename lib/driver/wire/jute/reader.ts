import {ProtocolError} from '../../../errors/session-error.ts';

/** Above it, 32 bits more no longer fit the 53 of a number. */
const maxHigh = 2 ** 21;

/** Reads jute's primitives from one frame, without copying. Never trusts a length: everything is checked against what is left. */
export class Reader {
	readonly #bytes: Buffer;
	#offset = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get remaining(): number {
		return this.#bytes.length - this.#offset;
	}

	boolean(): boolean {
		return this.#bytes[this.#take(1)] !== 0;
	}

	int(): number {
		return this.#bytes.readInt32BE(this.#take(4));
	}

	long(): bigint {
		const at = this.#take(8);
		const high = this.#bytes.readInt32BE(at);
		// Most fit a number, and then this makes one bigint where `readBigInt64BE` makes several.
		return high >= -maxHigh && high < maxHigh
			? BigInt(high * 2 ** 32 + this.#bytes.readUInt32BE(at + 4))
			: this.#bytes.readBigInt64BE(at);
	}

	/** A long that is known to fit a number: a time in milliseconds. */
	time(): number {
		const at = this.#take(8);
		return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
	}

	buffer(): Buffer | null {
		const length = this.int();
		if (length === -1) return null;
		if (length < 0) throw new ProtocolError(`a buffer of length ${length}`);
		const at = this.#take(length);
		return this.#bytes.subarray(at, at + length);
	}

	string(): string {
		return this.buffer()?.toString('utf8') ?? '';
	}

	vector<T>(element: (reader: this) => T): T[] {
		const count = this.int();
		if (count === -1) return [];
		// Each element takes at least one byte, so no list can be longer than what is left of the frame.
		if (count < 0 || count > this.remaining)
			throw new ProtocolError(`a vector of ${count} elements in ${this.remaining} bytes`);
		const elements: T[] = [];
		for (let index = 0; index < count; index++) elements.push(element(this));
		return elements;
	}

	#take(length: number): number {
		const at = this.#offset;
		if (length > this.#bytes.length - at)
			throw new ProtocolError(`${length} bytes expected, ${this.#bytes.length - at} left in the frame`);
		this.#offset = at + length;
		return at;
	}
}
