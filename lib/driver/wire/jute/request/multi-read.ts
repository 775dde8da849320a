import {ProtocolError} from '../../../../errors/session-error.ts';
import type {MultiReadOutcome} from '../../../operation.ts';
import {opCode} from '../op-code.ts';
import type {Reader} from '../reader.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/** As in a multi, before each request and each result; but each read has its own outcome. Since 3.6. */
const terminator = -1;
const codes = {get: opCode.get, children: opCode.childrenWithoutStat} as const;

function decodeOutcome(reader: Reader, type: number): MultiReadOutcome {
	switch (type) {
		case terminator:
			return {type: 'error', resultCode: reader.int()};
		case codes.get:
			return {type: 'get', data: reader.buffer(), stat: readStat(reader)};
		case codes.children:
			return {type: 'children', children: reader.vector(from => from.string())};
		default:
			throw new ProtocolError(`a multiRead result of type ${type}`);
	}
}

export const multiRead: RequestCodec<'multiRead'> = {
	code: () => opCode.multiRead,
	encode(writer, reads) {
		for (const {type, path} of reads) writer.int(codes[type]).boolean(false).int(-1).string(path).boolean(false);
		writer.int(terminator).boolean(true).int(-1);
	},
	decode(reader, reads) {
		const outcomes: MultiReadOutcome[] = [];
		for (;;) {
			const type = reader.int();
			const done = reader.boolean();
			reader.int();
			if (done) break;
			outcomes.push(decodeOutcome(reader, type));
		}
		if (outcomes.length !== reads.length)
			throw new ProtocolError(`${outcomes.length} results for a multiRead of ${reads.length}`);
		return outcomes;
	},
};
