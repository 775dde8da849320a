import {opCode} from '../op-code.ts';
import type {Writer} from '../writer.ts';
import type {RequestCodec} from './request-codec.ts';

const strings = (writer: Writer, values: readonly string[]): Writer =>
	writer.vector(values, (to, value) => void to.string(value));
const hasPersistent = ({
	persistent,
	recursive,
}: {
	persistent: readonly string[];
	recursive: readonly string[];
}): boolean => persistent.length + recursive.length > 0;

/*
 * class SetWatches  { long relativeZxid; vector<ustring> dataWatches, existWatches, childWatches; }
 * class SetWatches2 { … the same; vector<ustring> persistentWatches, persistentRecursiveWatches; }   since 3.6, so only when it is needed
 */
export const setWatches = (lastZxid: () => bigint): RequestCodec<'setWatches'> => ({
	code: tables => (hasPersistent(tables) ? opCode.setWatches2 : opCode.setWatches),
	encode(writer, tables) {
		writer.long(lastZxid());
		for (const paths of [tables.data, tables.exist, tables.child]) strings(writer, paths);
		if (hasPersistent(tables)) for (const paths of [tables.persistent, tables.recursive]) strings(writer, paths);
	},
	decode: () => undefined,
});

/* class AddWatchRequest { ustring path; int mode; }   mode 0 persistent, 1 recursive */
export const addWatch: RequestCodec<'addWatch'> = {
	code: () => opCode.addWatch,
	encode: (writer, {path, mode}) => void writer.string(path).int(mode === 'recursive' ? 1 : 0),
	decode: () => undefined,
};

/* class RemoveWatchesRequest { ustring path; int type; }   type: WatcherType, children 1, data 2, any 3 */
const watcherType = {child: 1, data: 2, any: 3} as const;
export const removeWatches: RequestCodec<'removeWatches'> = {
	code: () => opCode.removeWatches,
	encode: (writer, {path, kind}) => void writer.string(path).int(watcherType[kind]),
	decode: () => undefined,
};
