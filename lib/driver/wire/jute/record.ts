import type {Acl, AclEntry, Permission, Stat} from '../../../znode.ts';
import type {Reader} from './reader.ts';
import type {Writer} from './writer.ts';

/*
 * class Stat { long czxid; long mzxid; long ctime; long mtime; int version; int cversion; int aversion; long ephemeralOwner; int dataLength; int numChildren; long pzxid; }
 */
export function readStat(reader: Reader): Stat {
	return {
		czxid: reader.long(),
		mzxid: reader.long(),
		ctime: reader.time(),
		mtime: reader.time(),
		version: reader.int(),
		cversion: reader.int(),
		aversion: reader.int(),
		ephemeralOwner: reader.long(),
		dataLength: reader.int(),
		numChildren: reader.int(),
		pzxid: reader.long(),
	};
}

const permissionBits: Readonly<Record<Permission, number>> = {read: 1, write: 2, create: 4, delete: 8, admin: 16};
const allPermissions = 31;

/* class ACL { int perms; Id id; }   class Id { ustring scheme; ustring id; } */
export function writeAcl(writer: Writer, acl: Acl): void {
	writer.vector(acl, (to, {permissions, scheme, id}) => {
		const bits =
			permissions === 'all'
				? allPermissions
				: permissions.reduce((sum, permission) => sum | permissionBits[permission], 0);
		to.int(bits).string(scheme).string(id);
	});
}

export function readAcl(reader: Reader): Acl {
	return reader.vector(from => {
		const bits = from.int();
		const names = (Object.keys(permissionBits) as Permission[]).filter(permission => bits & permissionBits[permission]);
		const entry: AclEntry = {
			permissions: bits === allPermissions ? 'all' : names,
			scheme: from.string(),
			id: from.string(),
		};
		return entry;
	});
}
