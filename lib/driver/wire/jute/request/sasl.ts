import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetSASLRequest { buffer token; }   class SetSASLResponse { buffer token; } */
export const sasl: RequestCodec<'sasl'> = {
	code: () => opCode.sasl,
	encode: (writer, {token}) => void writer.buffer(token),
	decode: reader => reader.buffer(),
};
