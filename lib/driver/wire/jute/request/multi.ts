import {ProtocolError} from '../../../../errors/session-error.ts';
import type {MultiOperation, MultiOutcome} from '../../../operation.ts';
import {createFlags, opCode} from '../op-code.ts';
import {decodeOutcomes, encodeEnd, encodeHeader, terminator} from '../multi-list.ts';
import type {Reader} from '../reader.ts';
import {readStat} from '../record.ts';
import type {Writer} from '../writer.ts';
import {encodeCreate} from './create.ts';
import {encodePathAndVersion} from './delete.ts';
import type {RequestCodec} from './request-codec.ts';
import {encodeSet} from './set.ts';

/** What servers before 3.8.2 answer to a create inside a multi: a path, no stat (ZOOKEEPER-4026). */
const createWithoutStat = 1;

function codeOf(operation: MultiOperation): number {
	switch (operation.type) {
		case 'create':
			return createFlags[operation.mode].code;
		case 'set':
			return opCode.set;
		case 'delete':
			return opCode.delete;
		case 'check':
			return opCode.check;
	}
}

function encodeOperation(writer: Writer, operation: MultiOperation): void {
	encodeHeader(writer, codeOf(operation));
	switch (operation.type) {
		case 'create':
			return encodeCreate(writer, operation);
		case 'set':
			return encodeSet(writer, operation);
		case 'delete':
		case 'check':
			return encodePathAndVersion(writer, operation);
	}
}

/** Parsed by the type in the response's header, not by what was asked: the two may differ. */
function decodeOutcome(reader: Reader, type: number): MultiOutcome {
	switch (type) {
		case terminator:
			return {type: 'error', resultCode: reader.int()};
		case createWithoutStat:
			return {type: 'create', path: reader.string(), stat: undefined};
		case opCode.create:
		case opCode.createContainer:
		case opCode.createTtl:
			return {type: 'create', path: reader.string(), stat: readStat(reader)};
		case opCode.set:
			return {type: 'set', stat: readStat(reader)};
		case opCode.delete:
			return {type: 'delete'};
		case opCode.check:
			return {type: 'check'};
		default:
			throw new ProtocolError(`a multi result of type ${type}`);
	}
}

export const multi: RequestCodec<'multi'> = {
	code: () => opCode.multi,
	encode(writer, operations) {
		for (const operation of operations) encodeOperation(writer, operation);
		encodeEnd(writer);
	},
	decode(reader, operations) {
		return decodeOutcomes(reader, decodeOutcome, {operation: 'multi', count: operations.length});
	},
};
