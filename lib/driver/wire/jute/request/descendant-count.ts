import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetAllChildrenNumberRequest { ustring path; }   class GetAllChildrenNumberResponse { int totalNumber; }   since 3.6 */
export const descendantCount: RequestCodec<'descendantCount'> = {
	code: () => opCode.getAllChildrenNumber,
	encode: (writer, {path}) => void writer.string(path),
	decode: reader => reader.int(),
};
