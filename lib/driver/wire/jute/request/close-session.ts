import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* No body either way; the server closes the connection after its reply. */
export const closeSession: RequestCodec<'closeSession'> = {
	code: () => opCode.closeSession,
	encode: () => undefined,
	decode: () => undefined,
};
