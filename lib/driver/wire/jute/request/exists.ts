import {opCode} from '../op-code.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* class ExistsRequest { ustring path; boolean watch; }   class ExistsResponse { Stat stat; } */
export const exists: RequestCodec<'exists'> = {
	code: () => opCode.exists,
	encode: (writer, {path, watch}) => void writer.string(path).boolean(watch),
	decode: readStat,
};
