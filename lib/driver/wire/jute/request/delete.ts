import type {VersionedRequest} from '../../../operation.ts';
import {opCode} from '../op-code.ts';
import type {Writer} from '../writer.ts';
import type {RequestCodec} from './request-codec.ts';

/* class DeleteRequest { ustring path; int version; }   also CheckVersionRequest's layout */
export function encodePathAndVersion(writer: Writer, {path, version}: VersionedRequest): void {
	writer.string(path).int(version);
}

export const remove: RequestCodec<'delete'> = {
	code: () => opCode.delete,
	encode: encodePathAndVersion,
	decode: () => undefined,
};
