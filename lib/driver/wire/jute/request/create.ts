import type {CreateRequest} from '../../../operation.ts';
import {createFlags, opCode} from '../op-code.ts';
import {readStat, writeAcl} from '../record.ts';
import type {Writer} from '../writer.ts';
import type {RequestCodec} from './request-codec.ts';

/*
 * class CreateRequest    { ustring path; buffer data; vector<ACL> acl; int flags; }
 * class CreateTTLRequest { ustring path; buffer data; vector<ACL> acl; int flags; long ttl; }
 * class Create2Response  { ustring path; Stat stat; }
 */
export function encodeCreate(writer: Writer, {path, data, acl, mode, ttl}: CreateRequest): void {
	writer.string(path).buffer(data);
	writeAcl(writer, acl);
	writer.int(createFlags[mode].flags);
	if (createFlags[mode].code === opCode.createTtl) writer.long(BigInt(ttl ?? 0));
}

export const create: RequestCodec<'create'> = {
	code: ({mode}) => createFlags[mode].code,
	encode: encodeCreate,
	decode: reader => ({path: reader.string(), stat: readStat(reader)}),
};
