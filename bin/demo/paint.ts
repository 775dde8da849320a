import {styleText} from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Colours a text, or leaves it alone. The text keeps its width. */
export type Paint = (style: Style, text: string) => string;

export const plainPaint: Paint = (_, text) => text;

/** Colours for a terminal, unless the environment asks for none (https://no-color.org). */
export function paintFor(stream: {readonly isTTY?: boolean | undefined}): Paint {
	return stream.isTTY && !process.env['NO_COLOR'] ? (style, text) => styleText(style, text) : plainPaint;
}
