import type {WriteStream} from 'node:tty';
import {formatCount, formatMicros, formatRate} from './format.ts';
import type {Progress} from './tally.ts';

export type Look = Progress & {
	/** Of the whole, 0 to 1; less than 0 while it warms up. */
	readonly share: number;
	/** Milliseconds; `undefined` where nobody knows. */
	readonly remaining: number | undefined;
};

/** Where progress is shown: a line that is redrawn in place on a terminal, else one line after the other. */
export interface Screen extends Disposable {
	say(text: string): void;
	/** Shows what `look` finds, until something is said or this is stopped. */
	show(look: () => Look): void;
	/** Idempotent. */
	stop(): void;
}

const terminalInterval = 200;
const lineInterval = 2000;
const clearLine = '\r\u001B[K';
const barWidth = 20;

export function screenFor(stream: WriteStream): Screen {
	return new StreamScreen(stream, Boolean(stream.isTTY) && process.env['TERM'] !== 'dumb');
}

class StreamScreen implements Screen {
	readonly #stream: WriteStream;
	readonly #isTerminal: boolean;
	#timer: NodeJS.Timeout | undefined;

	constructor(stream: WriteStream, isTerminal: boolean) {
		this.#stream = stream;
		this.#isTerminal = isTerminal;
	}

	say(text: string): void {
		this.stop();
		this.#stream.write(`${text}\n`);
	}

	show(look: () => Look): void {
		this.stop();
		const draw = (): void => {
			const line = progressLine(look());
			// A line that is longer than the terminal would wrap, and could not be redrawn. Some terminals do not know how wide they are.
			const columns = this.#stream.columns || Number.POSITIVE_INFINITY;
			this.#stream.write(this.#isTerminal ? `${clearLine}${line.slice(0, columns - 1)}` : `${line}\n`);
		};
		this.#timer = setInterval(draw, this.#isTerminal ? terminalInterval : lineInterval);
	}

	stop(): void {
		if (!this.#timer) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
		if (this.#isTerminal) this.#stream.write(clearLine);
	}

	[Symbol.dispose](): void {
		this.stop();
	}
}

export function progressLine({share, remaining, count, perSecond, p50, p99, errors, lostLeases}: Look): string {
	const filled = Math.round(Math.min(Math.max(share, 0), 1) * barWidth);
	const bar = `${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)}`;
	if (share < 0) return `${bar} warming up`;
	const left =
		remaining === undefined ? `${Math.round(share * 100)} %` : `${Math.ceil(Math.max(0, remaining) / 1000)} s left`;
	const figures =
		count === 0
			? []
			: [
					`${formatCount(count)} done`,
					`${formatRate(perSecond)}/s`,
					`p50 ${formatMicros(p50)}`,
					`p99 ${formatMicros(p99)}`,
				];
	const troubles = [
		...(errors > 0 ? [`${formatCount(errors)} errors`] : []),
		...(lostLeases > 0 ? [`${formatCount(lostLeases)} leases lost`] : []),
	];
	return [`${bar} ${left}`, ...figures, ...troubles].join(' · ');
}
