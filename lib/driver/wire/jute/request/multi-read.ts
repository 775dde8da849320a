import {ProtocolError} from '../../../../errors/session-error.ts';
import type {MultiReadOutcome} from '../../../operation.ts';
import {opCode} from '../op-code.ts';
import {decodeOutcomes, encodeEnd, encodeHeader, terminator} from '../multi-list.ts';
import type {Reader} from '../reader.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* A multi's list, but each read has its own outcome. Since 3.6. */
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
		for (const {type, path} of reads) encodeHeader(writer, codes[type]).string(path).boolean(false);
		encodeEnd(writer);
	},
	decode(reader, reads) {
		return decodeOutcomes(reader, decodeOutcome, {operation: 'multiRead', count: reads.length});
	},
};
