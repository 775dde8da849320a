import {opCode} from '../op-code.ts';
import type {RequestCodec} from './request-codec.ts';

/* No body; class WhoAmIResponse { vector<ClientInfo> clientInfo; }   class ClientInfo { ustring authScheme; ustring user; }   since 3.7 */
export const whoAmI: RequestCodec<'whoAmI'> = {
	code: () => opCode.whoAmI,
	encode: () => undefined,
	decode: reader => reader.vector(from => ({scheme: from.string(), id: from.string()})),
};
