import {opCode} from '../op-code.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetDataRequest { ustring path; boolean watch; }   class GetDataResponse { buffer data; Stat stat; } */
export const get: RequestCodec<'get'> = {
	code: () => opCode.get,
	encode: (writer, {path, watch}) => void writer.string(path).boolean(watch),
	decode: reader => ({data: reader.buffer(), stat: readStat(reader)}),
};
