import type {SetRequest} from '../../../operation.ts';
import {opCode} from '../op-code.ts';
import {readStat} from '../record.ts';
import type {Writer} from '../writer.ts';
import type {RequestCodec} from './request-codec.ts';

/* class SetDataRequest { ustring path; buffer data; int version; }   class SetDataResponse { Stat stat; } */
export function encodeSet(writer: Writer, {path, data, version}: SetRequest): void {
	writer.string(path).buffer(data).int(version);
}

export const set: RequestCodec<'set'> = {code: () => opCode.set, encode: encodeSet, decode: readStat};
