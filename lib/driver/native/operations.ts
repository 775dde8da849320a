import {DisconnectedError, RefusedError} from '../driver.ts';
import type {OperationName, ReplyOf, RequestOf, WatchKind} from '../operation.ts';
import type {CreateMode, Stat} from '../../znode.ts';
import type {NativeStat} from './addon.ts';
import type {NativeHandle} from './native-handle.ts';
import {toNativeAcl, toStat} from './records.ts';
import type {WatchedZxids} from './watched-zxids.ts';

/** What the addon can be asked. */
export type NativeOperation =
	| 'create'
	| 'delete'
	| 'exists'
	| 'get'
	| 'set'
	| 'children'
	| 'setAcl'
	| 'setWatches'
	| 'sync'
	| 'auth';

type Operations = {
	readonly [Name in NativeOperation]: (
		handle: NativeHandle,
		request: RequestOf<Name>,
		watched: WatchedZxids,
	) => Promise<ReplyOf<Name>>;
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
const noNode = -101;

export function isNative(operation: OperationName): operation is NativeOperation {
	return operation in operations;
}

export const operations: Operations = {
	async create(handle, {path, data, mode, ttl}) {
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
	async exists(handle, {path, watch}, watched) {
		const [native] = await handle.request<[NativeStat]>((client, callback) => client.a_exists(path, watch, callback));
		const stat = toStat(native);
		if (watch) watched.saw('data', path, stat.mzxid);
		return stat;
	},
	async get(handle, {path, watch}, watched) {
		const [native, data] = await handle.request<[NativeStat, Buffer | null]>((client, callback) =>
			client.a_get(path, watch, callback),
		);
		const stat = toStat(native);
		if (watch) watched.saw('data', path, stat.mzxid);
		return {data, stat};
	},
	async set(handle, {path, data, version}) {
		const [stat] = await handle.request<[NativeStat]>((client, callback) =>
			client.a_set(path, toBuffer(data), version, callback),
		);
		return toStat(stat);
	},
	async children(handle, {path, watch}, watched) {
		const [children, native] = await handle.request<[string[], NativeStat]>((client, callback) =>
			client.a_get_children2(path, watch, callback),
		);
		const stat = toStat(native);
		if (watch) watched.saw('child', path, stat.pzxid);
		return {children, stat};
	},
	async setAcl(handle, {path, acl, version}) {
		const done = handle.request<[]>((client, callback) => client.a_set_acl(path, version, toNativeAcl(acl), callback));
		const stat = statBehind(handle, path);
		stat.catch(() => undefined);
		await done;
		return stat;
	},
	/** The C client has this for its own reconnects alone: here each path is read again, with a watch, and what the server would tell is told by what the read shows. */
	async setWatches(handle, {data, exist, child}, watched) {
		await Promise.all([
			...data.map(path => rearm(handle, watched, path, 'data')),
			...exist.map(async path => {
				const outcome = await operations.exists(handle, {path, watch: true}, watched).catch(refused);
				if (outcome !== noNode) handle.tell({type: 'created', path});
			}),
			...child.map(path => rearm(handle, watched, path, 'child')),
		]);
	},
	async sync(handle, {path}) {
		await handle.request<[string]>((client, callback) => client.a_sync(path, callback));
	},
	async auth(handle, {scheme, auth}) {
		const text = toBuffer(auth).toString();
		// The C client only queues it, and looks at its queue when the reply to this arrives. A request behind it would send it too, and then may find that the server
		// has refused it and gone: the C client closes the socket over that, and never reads the refusal.
		handle.request((client, callback) => client.a_sync('/', callback)).catch(() => undefined);
		await handle.request<[]>((client, callback) => client.add_auth(scheme, text, callback));
	},
};

/** A watch on a znode that was there. */
async function rearm(handle: NativeHandle, watched: WatchedZxids, path: string, kind: WatchKind): Promise<void> {
	const before = watched.seen(kind, path);
	const request = {path, watch: true};
	const latest =
		kind === 'data'
			? operations.exists(handle, request, watched).then(({mzxid}) => mzxid)
			: operations.children(handle, request, watched).then(({stat}) => stat.pzxid);
	const now = await latest.catch(refused);
	if (now === noNode) handle.tell({type: 'deleted', path});
	// Refused for another reason, it is told as well: whoever reads again will see why.
	else if (now !== before) handle.tell({type: kind === 'data' ? 'changed' : 'children', path});
}

function refused(error: unknown): number {
	if (error instanceof RefusedError) return error.resultCode;
	throw error;
}

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
