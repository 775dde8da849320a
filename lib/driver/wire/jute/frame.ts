import {ProtocolError} from '../../../errors/session-error.ts';

/**
 * Cuts a byte stream into frames: int32 big-endian length, then that many bytes. One decoder a connection, so that half a frame never outlives its socket.
 */
export class FrameDecoder {
	readonly #maxLength: number;
	#chunks: Buffer[] = [];
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
			frames.push(bytes.subarray(4, 4 + length));
			this.#chunks = bytes.length > 4 + length ? [bytes.subarray(4 + length)] : [];
			this.#buffered -= 4 + length;
		}
		return frames;
	}

	#nextLength(): number | undefined {
		if (this.#buffered < 4) return undefined;
		const first = this.#chunks[0];
		const length = (first !== undefined && first.length >= 4 ? first : this.#join()).readInt32BE(0);
		if (length < 0 || length > this.#maxLength)
			throw new ProtocolError(`a frame of ${length} bytes; at most ${this.#maxLength} are accepted`);
		return length;
	}

	/** One copy a frame at the most: chunks are only joined once a length or a frame is complete. */
	#join(): Buffer {
		if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#buffered)];
		return this.#chunks[0] ?? Buffer.alloc(0);
	}
}
