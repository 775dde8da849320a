import {opCode} from '../op-code.ts';
import {readAcl, readStat, writeAcl} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* class GetACLRequest { ustring path; }   class GetACLResponse { vector<ACL> acl; Stat stat; } */
export const getAcl: RequestCodec<'getAcl'> = {
	code: () => opCode.getAcl,
	encode: (writer, {path}) => void writer.string(path),
	decode: reader => ({acl: readAcl(reader), stat: readStat(reader)}),
};

/* class SetACLRequest { ustring path; vector<ACL> acl; int version; }   class SetACLResponse { Stat stat; } */
export const setAcl: RequestCodec<'setAcl'> = {
	code: () => opCode.setAcl,
	encode(writer, {path, acl, version}) {
		writer.string(path);
		writeAcl(writer, acl);
		writer.int(version);
	},
	decode: readStat,
};
