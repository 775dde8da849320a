/** Long enough for most requests: what is written to a socket alone in its tick is not worth more. */
const leastCapacity = 256;

/** Writes jute's primitives into frames that follow one another: four bytes of length, then what was written. */
export class Writer {
	#bytes: Buffer;
	/** Where the frame of now begins. */
	#start = 0;
	#end = 4;

	/** @param capacity bytes that are likely to be needed */
	constructor(capacity: number = leastCapacity) {
		this.#bytes = Buffer.allocUnsafe(Math.max(capacity, leastCapacity));
	}

	/** How many bytes were written into this frame, without its own length. */
	get length(): number {
		return this.#end - this.#start - 4;
	}

	boolean(value: boolean): this {
		this.#reserve(1);
		this.#bytes[this.#end++] = value ? 1 : 0;
		return this;
	}

	int(value: number): this {
		this.#reserve(4);
		this.#end = this.#bytes.writeInt32BE(value, this.#end);
		return this;
	}

	long(value: bigint): this {
		this.#reserve(8);
		this.#end = this.#bytes.writeBigInt64BE(value, this.#end);
		return this;
	}

	buffer(value: Uint8Array | null): this {
		if (value === null) return this.int(-1);
		this.int(value.length);
		this.#reserve(value.length);
		this.#bytes.set(value, this.#end);
		this.#end += value.length;
		return this;
	}

	string(value: string): this {
		const length = Buffer.byteLength(value);
		this.int(length);
		this.#reserve(length);
		this.#end += this.#bytes.write(value, this.#end);
		return this;
	}

	nullableString(value: string | null): this {
		return value === null ? this.int(-1) : this.string(value);
	}

	vector<T>(elements: readonly T[], element: (writer: this, value: T) => void): this {
		this.int(elements.length);
		for (const value of elements) element(this, value);
		return this;
	}

	/** Ends this frame; what is written next begins another. */
	endFrame(): void {
		this.#bytes.writeInt32BE(this.length, this.#start);
		this.#start = this.#end;
		this.#reserve(4);
		this.#end += 4;
	}

	/** As if nothing had been written into this frame. */
	dropFrame(): void {
		this.#end = this.#start + 4;
	}

	/** All frames that were ended. The writer must not be used afterwards. */
	frames(): Buffer {
		return this.#bytes.subarray(0, this.#start);
	}

	/** The only frame, ended. The writer must not be used afterwards. */
	frame(): Buffer {
		this.endFrame();
		return this.frames();
	}

	#reserve(length: number): void {
		const needed = this.#end + length;
		if (needed <= this.#bytes.length) return;
		const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
		this.#bytes.copy(grown, 0, 0, this.#end);
		this.#bytes = grown;
	}
}
