import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* class SyncRequest { ustring path; }   class SyncResponse { ustring path; } */
export const sync: RequestCodec<'sync'> = {
	code: () => opCode.sync,
	encode: (writer, {path}) => void writer.string(path),
	decode: () => undefined,
};
