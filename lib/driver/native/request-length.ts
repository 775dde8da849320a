import type {Acl} from '../../znode.ts';
import type {OperationName, RequestOf} from '../operation.ts';
import {isNative, type NativeOperation} from './operations.ts';

const int = 4;
/** The request's number and its type. */
const header = 2 * int;

const text = (value: string): number => int + Buffer.byteLength(value);
const bytes = (value: Uint8Array | null): number => int + (value?.length ?? 0);
const acls = (acl: Acl): number => acl.reduce((sum, {scheme, id}) => sum + int + text(scheme) + text(id), int);

const bodies: {readonly [Name in NativeOperation]: (request: RequestOf<Name>) => number} = {
	create: ({path, data, acl, ttl}) =>
		text(path) + bytes(data) + acls(acl) + int + (ttl === undefined ? 0 : BigInt64Array.BYTES_PER_ELEMENT),
	delete: ({path}) => text(path) + int,
	exists: ({path}) => text(path) + 1,
	get: ({path}) => text(path) + 1,
	set: ({path, data}) => text(path) + bytes(data) + int,
	children: ({path}) => text(path) + 1,
	setAcl: ({path, acl}) => text(path) + acls(acl) + int,
	/** Goes out as reads, one for each path. */
	setWatches: () => 0,
	sync: ({path}) => text(path),
	auth: ({scheme, auth}) => int + text(scheme) + bytes(auth),
};

/** How long the C client's frame will be: the addon sends whatever it is given. */
export function requestLength<Name extends OperationName>(operation: Name, request: RequestOf<Name>): number {
	if (!isNative(operation)) return header;
	return header + (bodies[operation] as (request: RequestOf<Name>) => number)(request);
}
