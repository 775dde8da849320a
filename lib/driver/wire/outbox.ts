import {OversizedError} from '../driver.ts';
import {Writer} from './jute/writer.ts';

/** Bytes that are reserved for a turn's requests because the last turn's were as long; more is reserved when it is needed. */
const maxForeseen = 64 * 1024;

/** A connection's requests: what is sent in one turn of the event loop leaves in one write. */
export class Outbox {
	readonly #maxLength: number;
	readonly #write: (frames: Buffer) => void;
	/** Of this turn. */
	#writer: Writer | undefined;
	#lastLength = 0;

	/** @param maxLength of a request, bytes */
	constructor(maxLength: number, write: (frames: Buffer) => void) {
		this.#maxLength = maxLength;
		this.#write = write;
	}

	/** Leaves nothing behind if it throws. @throws OversizedError, and what `encode` throws */
	send(xid: number, code: number, encode?: (writer: Writer) => void): void {
		const writer = (this.#writer ??= this.#open());
		try {
			writer.int(xid).int(code);
			encode?.(writer);
			const size = writer.length;
			if (size > this.#maxLength) throw new OversizedError(size, this.#maxLength);
			writer.endFrame();
		} catch (error) {
			writer.dropFrame();
			throw error;
		}
	}

	#open(): Writer {
		// Twice: behind what other ticks of this turn send.
		process.nextTick(() => process.nextTick(() => this.#flush()));
		return new Writer(Math.min(this.#lastLength, maxForeseen));
	}

	#flush(): void {
		const frames = this.#writer?.frames();
		this.#writer = undefined;
		if (!frames || frames.length === 0) return;
		this.#lastLength = frames.length;
		this.#write(frames);
	}
}
