/** Cuts a stream of bytes into frames that start with their length as an int32, the length included. */
export class FrameSplitter {
	#chunks: Buffer[] = [];
	#length = 0;
	#raw = false;

	/** From now on chunks pass as they come. */
	passThrough(): void {
		this.#raw = true;
	}

	/** The first four bytes not yet cut off, or `undefined` while there are fewer. */
	peek(): number | undefined {
		if (this.#length < 4) return undefined;
		let [head = Buffer.alloc(0)] = this.#chunks;
		if (head.length < 4) {
			head = Buffer.concat(this.#chunks);
			this.#chunks = [head];
		}
		return head.readInt32BE(0);
	}

	/** Adds a chunk. */
	push(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
	}

	/** Every frame that is whole by now. */
	frames(): Buffer[] {
		const frames: Buffer[] = [];
		for (let size = this.peek(); !this.#raw && size !== undefined && this.#length >= 4 + size; size = this.peek()) {
			// Not the protocol it should be: let both ends find out for themselves.
			if (size < 0) this.#raw = true;
			else frames.push(this.#take(4 + size));
		}
		if (this.#raw && this.#length > 0) frames.push(this.#take(this.#length));
		return frames;
	}

	#take(length: number): Buffer {
		const [head = Buffer.alloc(0)] = this.#chunks;
		const all = head.length >= length ? head : Buffer.concat(this.#chunks);
		const rest = all.subarray(length);
		this.#chunks = head.length >= length ? this.#chunks.slice(1) : [];
		if (rest.length > 0) this.#chunks.unshift(rest);
		this.#length -= length;
		return all.subarray(0, length);
	}
}
