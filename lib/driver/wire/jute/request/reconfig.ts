import {opCode} from '../op-code.ts';
import {readStat} from '../record.ts';
import type {RequestCodec} from './request-codec.ts';

/* class ReconfigRequest { ustring joiningServers; ustring leavingServers; ustring newMembers; long curConfigId; }   answered with a GetDataResponse; since 3.5 */
export const reconfig: RequestCodec<'reconfig'> = {
	code: () => opCode.reconfig,
	encode: (writer, {joining, leaving, members, fromConfig}) =>
		void writer.nullableString(joining).nullableString(leaving).nullableString(members).long(fromConfig),
	decode: reader => ({data: reader.buffer(), stat: readStat(reader)}),
};
