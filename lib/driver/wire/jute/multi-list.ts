import {ProtocolError} from '../../../errors/session-error.ts';
import type {Reader} from './reader.ts';
import type {Writer} from './writer.ts';

/*
 * class MultiHeader { int type; boolean done; int err; }   before each request and each result; type -1 with done ends the list
 * class ErrorResult { int err; }                           where a result's type is -1
 */

/** The type of what ends a list, and of a result that is an error. */
export const terminator: number = -1;

/** What comes before a request. */
export function encodeHeader(writer: Writer, type: number): Writer {
	return writer.int(type).boolean(false).int(-1);
}

export function encodeEnd(writer: Writer): void {
	writer.int(terminator).boolean(true).int(-1);
}

/** @throws ProtocolError unless there is one for each of `count` requests */
export function decodeOutcomes<Outcome>(
	reader: Reader,
	decode: (reader: Reader, type: number) => Outcome,
	{operation, count}: {readonly operation: string; readonly count: number},
): Outcome[] {
	const outcomes: Outcome[] = [];
	for (;;) {
		const type = reader.int();
		const done = reader.boolean();
		reader.int();
		if (done) break;
		outcomes.push(decode(reader, type));
	}
	if (outcomes.length !== count) throw new ProtocolError(`${outcomes.length} results for a ${operation} of ${count}`);
	return outcomes;
}
