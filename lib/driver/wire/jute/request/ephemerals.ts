import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetEphemeralsRequest { ustring prefixPath; }   class GetEphemeralsResponse { vector<ustring> ephemerals; }   since 3.6 */
export const ephemerals: RequestCodec<'ephemerals'> = {
	code: () => opCode.getEphemerals,
	encode: (writer, {path}) => void writer.string(path),
	decode: reader => reader.vector(from => from.string()),
};
