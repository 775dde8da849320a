import {DisconnectedError, RefusedError} from '../driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../operation.ts';
import {missing} from '../unsupported.ts';
import type {CreateMode, Stat} from '../../znode.ts';
import type {NativeStat} from './addon.ts';
import type {NativeHandle} from './native-handle.ts';
import {toNativeAcl, toStat} from './records.ts';

/** What the addon can be asked. */
export type NativeOperation = 'create' | 'delete' | 'exists' | 'get' | 'set' | 'children' | 'setAcl' | 'sync' | 'auth';

type Operations = {
	readonly [Name in NativeOperation]: (handle: NativeHandle, request: RequestOf<Name>) => Promise<ReplyOf<Name>>;
};

const flags: Readonly<Record<CreateMode, number>> = {
	persistent: 0,
	ephemeral: 1,
	'persistent-sequential': 2,
	'ephemeral-sequential': 3,
	container: 4,
	'persistent-ttl': 5,
	'persistent-sequential-ttl': 6,
};
const maxTtl = 2 ** 31 - 1;

export function isNative(operation: OperationName): operation is NativeOperation {
	return operation in operations;
}

export const operations: Operations = {
	async create(handle, {path, data, mode, ttl}) {
		if (ttl !== undefined && ttl > maxTtl) throw missing(`ttl above ${maxTtl} ms`);
		const bytes = toBuffer(data);
		const created = handle.request<[string]>((client, callback) =>
			ttl === undefined
				? client.a_create(path, bytes, flags[mode], callback)
				: client.a_createTtl(path, bytes, flags[mode], ttl, callback),
		);
		// In the same flight where the name is known.
		const early = mode.includes('sequential') ? undefined : statBehind(handle, path);
		early?.catch(() => undefined);
		const [name] = await created;
		const stat = await (early ?? statBehind(handle, name));
		// Somebody deleted the znode and made another before the read.
		if (mode.startsWith('ephemeral') && stat.ephemeralOwner !== handle.sessionId)
			throw new DisconnectedError(true, new Error(`${name} was deleted before its stat could be read`));
		return {path: name, stat};
	},
	async delete(handle, {path, version}) {
		await handle.request<[]>((client, callback) => client.a_delete_(path, version, callback));
	},
	async exists(handle, {path, watch}) {
		const [stat] = await handle.read<[NativeStat]>({kind: 'data', path, watch, absentToo: true}, (client, callback) =>
			client.a_exists(path, watch, callback),
		);
		return toStat(stat);
	},
	async get(handle, {path, watch}) {
		const [stat, data] = await handle.read<[NativeStat, Buffer | null]>(
			{kind: 'data', path, watch, absentToo: false},
			(client, callback) => client.a_get(path, watch, callback),
		);
		return {data, stat: toStat(stat)};
	},
	async set(handle, {path, data, version}) {
		const [stat] = await handle.request<[NativeStat]>((client, callback) =>
			client.a_set(path, toBuffer(data), version, callback),
		);
		return toStat(stat);
	},
	async children(handle, {path, watch}) {
		const [children, stat] = await handle.read<[string[], NativeStat]>(
			{kind: 'child', path, watch, absentToo: false},
			(client, callback) => client.a_get_children2(path, watch, callback),
		);
		return {children, stat: toStat(stat)};
	},
	async setAcl(handle, {path, acl, version}) {
		const done = handle.request<[]>((client, callback) => client.a_set_acl(path, version, toNativeAcl(acl), callback));
		const stat = statBehind(handle, path);
		stat.catch(() => undefined);
		await done;
		return stat;
	},
	async sync(handle, {path}) {
		await handle.request<[string]>((client, callback) => client.a_sync(path, callback));
	},
	async auth(handle, {scheme, auth}) {
		const bytes = toBuffer(auth);
		const text = bytes.toString();
		if (!Buffer.from(text).equals(bytes)) throw missing('credentials that are not UTF-8');
		await handle.authenticate(scheme, text);
	},
};

/** The stat that the reply of a write lacks. If the znode is gone by then, the caller learns only that the write may have been done. */
async function statBehind(handle: NativeHandle, path: string): Promise<Stat> {
	try {
		const [stat] = await handle.request<[NativeStat]>((client, callback) => client.a_exists(path, false, callback));
		return toStat(stat);
	} catch (error) {
		if (!(error instanceof RefusedError)) throw error;
		throw new DisconnectedError(true, error);
	}
}

function toBuffer(data: Uint8Array | null): Buffer {
	return data === null ? Buffer.alloc(0) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
