import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* class AuthPacket { int type; ustring scheme; buffer auth; }   type is always 0 */
export const auth: RequestCodec<'auth'> = {
	code: () => opCode.auth,
	encode: (writer, {scheme, auth: credential}) => void writer.int(0).string(scheme).buffer(credential),
	decode: () => undefined,
};
