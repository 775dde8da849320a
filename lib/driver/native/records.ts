import {UnsupportedError} from '../../errors/argument-error.ts';
import type {Acl, Permission, Stat} from '../../znode.ts';
import type {NativeAcl, NativeStat} from './addon.ts';
import {toInt64} from './native-handle.ts';

const bits: Readonly<Record<Permission, number>> = {read: 1, write: 2, create: 4, delete: 8, admin: 16};
const all = 31;

/** @throws UnsupportedError for a zxid that the addon has rounded: a wrong fencing token would be worse */
export function toStat(stat: NativeStat): Stat {
	return {
		czxid: toZxid(stat.czxid),
		mzxid: toZxid(stat.mzxid),
		ctime: stat.ctime.getTime(),
		mtime: stat.mtime.getTime(),
		version: stat.version,
		cversion: stat.cversion,
		aversion: stat.aversion,
		ephemeralOwner: toInt64(stat.ephemeralOwner),
		dataLength: stat.dataLength,
		numChildren: stat.numChildren,
		pzxid: toZxid(stat.pzxid),
	};
}

export function toNativeAcl(acl: Acl): NativeAcl {
	return acl.map(({permissions, scheme, id}) => ({
		perms: permissions === 'all' ? all : permissions.reduce((sum, permission) => sum | bits[permission], 0),
		scheme,
		auth: id,
	}));
}

function toZxid(zxid: number): bigint {
	if (!Number.isSafeInteger(zxid))
		throw new UnsupportedError(
			`a zxid of about ${zxid} is more than the native driver can tell exactly (2^53); the wire driver can`,
		);
	return BigInt(zxid);
}
