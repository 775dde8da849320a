import {ProtocolError} from '../../../errors/session-error.ts';

const noBytes = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames: int32 big-endian length, then that many bytes. One decoder a connection, so that half a frame never outlives its socket.
 */
export class FrameDecoder {
	readonly #maxLength: number;
	#chunks: Buffer[] = [];
	/** How much of the first chunk was cut off as frames. */
	#start = 0;
	/** Bytes that were not. */
	#buffered = 0;

	/** @param maxLength the longest payload accepted, bytes: nothing is kept for a longer one */
	constructor(maxLength: number) {
		this.#maxLength = maxLength;
	}

	/** The payloads that are complete now. @throws ProtocolError for a length that is negative or too large */
	push(chunk: Buffer): Buffer[] {
		this.#chunks.push(chunk);
		this.#buffered += chunk.length;
		const frames: Buffer[] = [];
		for (
			let length = this.#nextLength();
			length !== undefined && this.#buffered >= 4 + length;
			length = this.#nextLength()
		) {
			const bytes = this.#join();
			const end = this.#start + 4 + length;
			frames.push(bytes.subarray(this.#start + 4, end));
			this.#start = end;
			this.#buffered -= 4 + length;
		}
		if (this.#buffered === 0) {
			this.#chunks = [];
			this.#start = 0;
		}
		return frames;
	}

	#nextLength(): number | undefined {
		if (this.#buffered < 4) return undefined;
		const first = this.#chunks[0];
		const bytes = first !== undefined && first.length >= this.#start + 4 ? first : this.#join();
		const length = bytes.readInt32BE(this.#start);
		if (length < 0 || length > this.#maxLength)
			throw new ProtocolError(`a frame of ${length} bytes; at most ${this.#maxLength} are accepted`);
		return length;
	}

	/** One copy a frame at the most: chunks are only joined once a length or a frame is complete. */
	#join(): Buffer {
		if (this.#chunks.length > 1) {
			const [first, ...others] = this.#chunks;
			this.#chunks = [Buffer.concat([first?.subarray(this.#start) ?? noBytes, ...others], this.#buffered)];
			this.#start = 0;
		}
		return this.#chunks[0] ?? noBytes;
	}
}
