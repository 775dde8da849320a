import type {WriteStream} from 'node:tty';
import type {BoardEvent, Snapshot} from './board.ts';
import type {Paint} from './paint.ts';
import {plainEventLine, progressLine, renderFrame} from './view.ts';

/** Where the demo is shown: a picture that is redrawn in place on a terminal, else one line after the other. */
export interface Screen extends Disposable {
	event(event: BoardEvent): void;
	/** Starts to show what `look` finds, until {@link stop}. */
	start(look: () => Snapshot): void;
	/** Shows the last state once more and lets go of the terminal. Idempotent. */
	stop(): void;
}

const frameInterval = 100;
const lineInterval = 5000;
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const clearToEndOfLine = '\u001B[K';
const clearBelow = '\u001B[J';
/** A frame is shown whole or not at all, where the terminal knows how; and a line that is too long is cut, not wrapped. */
const beginFrame = '\u001B[?2026h\u001B[?7l';
const endFrame = '\u001B[?7h\u001B[?2026l';

export function screenFor(stream: WriteStream, paint: Paint): Screen {
	return stream.isTTY && process.env['TERM'] !== 'dumb' ? new LiveScreen(stream, paint) : new PlainScreen(stream);
}

class LiveScreen implements Screen {
	readonly #stream: WriteStream;
	readonly #paint: Paint;
	#look: (() => Snapshot) | undefined;
	#timer: NodeJS.Timeout | undefined;
	#drawn = 0;

	constructor(stream: WriteStream, paint: Paint) {
		this.#stream = stream;
		this.#paint = paint;
	}

	event(): void {
		// The next frame shows it.
	}

	start(look: () => Snapshot): void {
		this.#look = look;
		this.#stream.write(hideCursor);
		this.#timer = setInterval(() => this.#draw(), frameInterval);
		this.#draw();
	}

	stop(): void {
		if (!this.#timer) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#draw();
		this.#stream.write(showCursor);
	}

	[Symbol.dispose](): void {
		this.stop();
	}

	#draw(): void {
		if (!this.#look) return;
		const {columns, rows} = this.#stream;
		const lines = renderFrame(this.#look(), {columns, rows}, this.#paint);
		const home = this.#drawn > 0 ? `\u001B[${this.#drawn}A\r` : '';
		const body = lines.map(line => `${line}${clearToEndOfLine}\n`).join('');
		this.#stream.write(`${beginFrame}${home}${body}${clearBelow}${endFrame}`);
		this.#drawn = lines.length;
	}
}

class PlainScreen implements Screen {
	readonly #stream: NodeJS.WritableStream;
	#timer: NodeJS.Timeout | undefined;

	constructor(stream: NodeJS.WritableStream) {
		this.#stream = stream;
	}

	event(event: BoardEvent): void {
		this.#stream.write(`${plainEventLine(event)}\n`);
	}

	start(look: () => Snapshot): void {
		this.#timer = setInterval(() => this.#stream.write(`${progressLine(look())}\n`), lineInterval);
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	[Symbol.dispose](): void {
		this.stop();
	}
}
