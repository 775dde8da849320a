import fc from 'fast-check';
import {createFlags, opCode} from '../../../../lib/driver/wire/jute/op-code.ts';
import type {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import type {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import type {
	MultiOperation,
	MultiOutcome,
	MultiReadOperation,
	MultiReadOutcome,
} from '../../../../lib/driver/operation.ts';
import {createRequest, data, int, readCreate, stat, text, texts, writeStat, writeStrings} from './server-records.ts';

export const multiOperations: fc.Arbitrary<MultiOperation[]> = fc.array(
	fc.oneof(
		createRequest.map(request => ({type: 'create' as const, ...request})),
		fc.record({type: fc.constant('set' as const), path: text, data, version: int}),
		fc.record({type: fc.constantFrom('delete' as const, 'check' as const), path: text, version: int}),
	),
	{maxLength: 4},
);
const refusal = fc.record({type: fc.constant('error' as const), resultCode: int});
export const multiOutcomes: fc.Arbitrary<MultiOutcome[]> = fc.array(
	fc.oneof(
		fc.record({type: fc.constant('create' as const), path: text, stat: fc.option(stat, {nil: undefined})}),
		fc.record({type: fc.constant('set' as const), stat}),
		fc.record({type: fc.constantFrom('delete' as const, 'check' as const)}),
		refusal,
	),
	{maxLength: 4},
);
export const multiReads: fc.Arbitrary<MultiReadOperation[]> = fc.array(
	fc.record({type: fc.constantFrom('get' as const, 'children' as const), path: text}),
	{maxLength: 4},
);
export const readOutcomes: fc.Arbitrary<MultiReadOutcome[]> = fc.array(
	fc.oneof(
		fc.record({type: fc.constant('get' as const), data, stat}),
		fc.record({type: fc.constant('children' as const), children: texts}),
		refusal,
	),
	{maxLength: 4},
);

/** Reads what stands between the headers, until the one that ends the list. */
function readList<T>(reader: Reader, element: (type: number) => T): T[] {
	const elements: T[] = [];
	for (;;) {
		const type = reader.int();
		const done = reader.boolean();
		reader.int();
		if (done) return elements;
		elements.push(element(type));
	}
}

export function readMulti(reader: Reader): MultiOperation[] {
	return readList(reader, type => {
		if (type === opCode.set) return {type: 'set', path: reader.string(), data: reader.buffer(), version: reader.int()};
		if (type === opCode.delete || type === opCode.check)
			return {type: type === opCode.check ? 'check' : 'delete', path: reader.string(), version: reader.int()};
		return {type: 'create', ...readCreate(reader, type)};
	});
}

export function readMultiRead(reader: Reader): MultiReadOperation[] {
	return readList(reader, type => {
		const path = reader.string();
		reader.boolean();
		return {type: type === opCode.get ? 'get' : 'children', path};
	});
}

const header = (writer: Writer, type: number): Writer => writer.int(type).boolean(false).int(0);
const end = (writer: Writer): void => void writer.int(-1).boolean(true).int(-1);

export function writeMulti(writer: Writer, outcomes: readonly MultiOutcome[]): void {
	for (const outcome of outcomes) writeOutcome(writer, outcome);
	end(writer);
}

function writeOutcome(writer: Writer, outcome: MultiOutcome): void {
	switch (outcome.type) {
		case 'create':
			// Before 3.8.2 without a stat, and then by another type.
			if (outcome.stat) writeStat(header(writer, createFlags.persistent.code).string(outcome.path), outcome.stat);
			else header(writer, 1).string(outcome.path);
			return;
		case 'set':
			return void writeStat(header(writer, opCode.set), outcome.stat);
		case 'delete':
			return void header(writer, opCode.delete);
		case 'check':
			return void header(writer, opCode.check);
		case 'error':
			return void header(writer, -1).int(outcome.resultCode);
	}
}

export function writeMultiRead(writer: Writer, outcomes: readonly MultiReadOutcome[]): void {
	for (const outcome of outcomes) {
		if (outcome.type === 'get') writeStat(header(writer, opCode.get).buffer(outcome.data), outcome.stat);
		else if (outcome.type === 'children') writeStrings(header(writer, opCode.childrenWithoutStat), outcome.children);
		else header(writer, -1).int(outcome.resultCode);
	}
	end(writer);
}
