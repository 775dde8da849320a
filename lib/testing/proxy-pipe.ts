import type {Socket} from 'node:net';
import type {ProxiedFrame} from './proxied-frame.ts';
import {resetSocket} from './reset-socket.ts';

/** Bytes that wait in a proxy before their source is no longer read. */
const HIGH_WATER = 8 * 1024 * 1024;

type Entry = {
	/** A frame, or how the stream ended. */
	readonly content: ProxiedFrame | 'end' | 'reset';
	/** Not before this instant of `performance.now()`. */
	readonly due: number;
	fate: 'pass' | 'hold' | 'drop';
};

/** One direction of one connection: frames leave in the order they came, each when it is due and nobody holds it. */
export class ProxyPipe {
	readonly #from: Socket;
	readonly #to: Socket;
	readonly #onDelivered: (frame: ProxiedFrame) => void;
	readonly #entries: Entry[] = [];
	#size = 0;
	#paused = false;
	#closed = false;
	#timer: NodeJS.Timeout | undefined;

	constructor(from: Socket, to: Socket, onDelivered: (frame: ProxiedFrame) => void) {
		this.#from = from;
		this.#to = to;
		this.#onDelivered = onDelivered;
		to.on('drain', this.#flush);
	}

	/** Queues a frame or the end of the stream. The answer changes what becomes of it while it is still queued. */
	push(content: Entry['content'], delay: number, fate: Entry['fate']): (fate: Entry['fate']) => void {
		const entry: Entry = {content, due: performance.now() + delay, fate};
		this.#entries.push(entry);
		this.#size += sizeOf(entry);
		if (this.#size > HIGH_WATER) this.#from.pause();
		this.#flush();
		return changed => {
			entry.fate = changed;
			this.#flush();
		};
	}

	/** Nothing leaves until it is resumed. */
	set paused(paused: boolean) {
		this.#paused = paused;
		this.#flush();
	}

	/** Forgets what is queued, for good. */
	close(): void {
		this.#closed = true;
		this.#entries.length = 0;
		clearTimeout(this.#timer);
		this.#to.off('drain', this.#flush);
	}

	readonly #flush = (): void => {
		clearTimeout(this.#timer);
		if (this.#closed || this.#paused) return;
		// Frames that leave together go out in one write, as they came.
		this.#to.cork();
		for (let [head] = this.#entries; head; [head] = this.#entries) {
			if (head.fate === 'hold' || this.#to.writableNeedDrain) break;
			const wait = head.due - performance.now();
			if (wait > 0) {
				this.#timer = setTimeout(this.#flush, Math.ceil(wait));
				break;
			}
			this.#entries.shift();
			this.#size -= sizeOf(head);
			if (head.fate === 'pass') this.#deliver(head.content);
		}
		this.#to.uncork();
		if (this.#size <= HIGH_WATER) this.#from.resume();
	};

	#deliver(content: Entry['content']): void {
		if (content === 'reset') resetSocket(this.#to);
		else if (content === 'end') this.#to.end();
		else if (!this.#to.destroyed && !this.#to.writableEnded) {
			this.#to.write(content.bytes);
			this.#onDelivered(content);
		}
	}
}

function sizeOf({content}: Entry): number {
	return typeof content === 'string' ? 0 : content.bytes.length;
}
