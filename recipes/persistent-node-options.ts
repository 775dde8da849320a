import {type CreateMode, type DataInput, InvalidArgumentError, validatePath} from '../lib/index.ts';

export type PersistentNodeOptions = {
	/** How the znode is created. @default 'ephemeral' */
	readonly mode?: CreateMode | undefined;
	/** @default empty */
	readonly data?: DataInput | undefined;
	/** Milliseconds, only with the `ttl` modes. */
	readonly ttl?: number | undefined;
	/** Names the znode `_c_<uuid>-<name>`, as Curator does, so that one whose reply was lost is found again. @default true for sequential modes, false otherwise */
	readonly protect?: boolean | undefined;
};

/** How it is created anew: a sequential znode keeps the number that it got first. */
export const modesAnew: Readonly<Record<CreateMode, CreateMode>> = {
	persistent: 'persistent',
	ephemeral: 'ephemeral',
	'persistent-sequential': 'persistent',
	'ephemeral-sequential': 'ephemeral',
	container: 'container',
	'persistent-ttl': 'persistent-ttl',
	'persistent-sequential-ttl': 'persistent-ttl',
};

/** @throws InvalidArgumentError */
export function checkPersistentNode(path: string, {mode = 'ephemeral', ttl}: PersistentNodeOptions): void {
	validatePath(path);
	if (path === '/') throw new InvalidArgumentError('path', path, 'a path below the root');
	if (!Object.hasOwn(modesAnew, mode))
		throw new InvalidArgumentError('options.mode', mode, `one of ${Object.keys(modesAnew).join(', ')}`);
	if (mode.endsWith('ttl') !== (ttl !== undefined))
		throw new InvalidArgumentError('options.ttl', ttl, 'given with the ttl modes, and only with them');
	if (ttl !== undefined && (!Number.isSafeInteger(ttl) || ttl < 1))
		throw new InvalidArgumentError('options.ttl', ttl, 'a whole number of milliseconds, 1 or more');
}

/** A copy, and refused at once if it is none of these. @throws InvalidArgumentError */
export function bytesOf(data: DataInput): Buffer | null {
	if (data === null) return null;
	if (typeof data === 'string' || data instanceof Uint8Array) return Buffer.from(data);
	throw new InvalidArgumentError('data', data, 'bytes, a string or null');
}
