import {opCode} from '../op-code.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetChildren2Request { ustring path; boolean watch; }   class GetChildren2Response { vector<ustring> children; Stat stat; } */
export const children: RequestCodec<'children'> = {
	code: () => opCode.children,
	encode: (writer, {path, watch}) => void writer.string(path).boolean(watch),
	decode: reader => ({children: reader.vector(from => from.string()), stat: readStat(reader)}),
};
