const initialCapacity = 256;

/** Writes jute's primitives into one frame: four bytes of length, then what was written. */
export class Writer {
	#bytes = Buffer.allocUnsafe(initialCapacity);
	#length = 4;

	/** How many bytes were written, without the frame's own length. */
	get length(): number {
		return this.#length - 4;
	}

	boolean(value: boolean): this {
		this.#reserve(1);
		this.#bytes[this.#length++] = value ? 1 : 0;
		return this;
	}

	int(value: number): this {
		this.#reserve(4);
		this.#length = this.#bytes.writeInt32BE(value, this.#length);
		return this;
	}

	long(value: bigint): this {
		this.#reserve(8);
		this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
		return this;
	}

	buffer(value: Uint8Array | null): this {
		if (value === null) return this.int(-1);
		this.int(value.length);
		this.#reserve(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
		return this;
	}

	string(value: string): this {
		const length = Buffer.byteLength(value);
		this.int(length);
		this.#reserve(length);
		this.#length += this.#bytes.write(value, this.#length);
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

	/** The whole frame. The writer must not be used afterwards. */
	frame(): Buffer {
		this.#bytes.writeInt32BE(this.#length - 4, 0);
		return this.#bytes.subarray(0, this.#length);
	}

	#reserve(length: number): void {
		const needed = this.#length + length;
		if (needed <= this.#bytes.length) return;
		const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
		this.#bytes.copy(grown, 0, 0, this.#length);
		this.#bytes = grown;
	}
}
