import fc from 'fast-check';
import type {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {readAcl, writeAcl} from '../../../../lib/driver/wire/jute/record.ts';
import type {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import type {OperationName, ReplyOf, RequestOf} from '../../../../lib/driver/operation.ts';
import type {Stat} from '../../../../lib/index.ts';
import {
	multiOperations,
	multiOutcomes,
	multiReads,
	readOutcomes,
	readMulti,
	readMultiRead,
	writeMulti,
	writeMultiRead,
} from './server-multi.ts';
import {
	acl,
	bytes,
	createRequest,
	data,
	int,
	long,
	readCreate,
	readStrings,
	stat,
	text,
	texts,
	writeStat,
	writeStrings,
} from './server-records.ts';

/** What a server does with one operation's bytes, and what there is to be done with. */
export type ServerSide<Name extends OperationName> = {
	readonly request: fc.Arbitrary<RequestOf<Name>>;
	readonly reply: fc.Arbitrary<ReplyOf<Name>>;
	readRequest(reader: Reader, code: number): RequestOf<Name>;
	writeReply(writer: Writer, reply: ReplyOf<Name>): void;
};

const nullableText = fc.option(text);
const readNullable = (reader: Reader): string | null => reader.buffer()?.toString() ?? null;
const nothing = fc.constant(undefined);
const onlyPath = fc.record({path: text});
const readOnlyPath = (reader: Reader): {path: string} => ({path: reader.string()});
const versioned = fc.record({path: text, version: int});
const read = fc.record({path: text, watch: fc.boolean()});
const readRead = (reader: Reader): {path: string; watch: boolean} => ({path: reader.string(), watch: reader.boolean()});
const writeNothing = (): void => {};
const dataAndStat = fc.record({data, stat});
const writeDataAndStat = (writer: Writer, reply: {readonly data: Buffer | null; readonly stat: Stat}): void =>
	void writeStat(writer.buffer(reply.data), reply.stat);
const writeOnlyStat = (writer: Writer, reply: Stat): void => void writeStat(writer, reply);

/** Every operation's request and reply, as the other end reads and writes them. */
export const serverSide: {readonly [Name in OperationName]: ServerSide<Name>} = {
	create: {
		request: createRequest,
		reply: fc.record({path: text, stat}),
		readRequest: readCreate,
		writeReply: (writer, reply) => void writeStat(writer.string(reply.path), reply.stat),
	},
	delete: {
		request: versioned,
		reply: nothing,
		readRequest: reader => ({path: reader.string(), version: reader.int()}),
		writeReply: writeNothing,
	},
	exists: {request: read, reply: stat, readRequest: readRead, writeReply: writeOnlyStat},
	get: {request: read, reply: dataAndStat, readRequest: readRead, writeReply: writeDataAndStat},
	set: {
		request: fc.record({path: text, data, version: int}),
		reply: stat,
		readRequest: reader => ({path: reader.string(), data: reader.buffer(), version: reader.int()}),
		writeReply: writeOnlyStat,
	},
	children: {
		request: read,
		reply: fc.record({children: texts, stat}),
		readRequest: readRead,
		writeReply: (writer, reply) => void writeStat(writeStrings(writer, reply.children), reply.stat),
	},
	getAcl: {
		request: onlyPath,
		reply: fc.record({acl, stat}),
		readRequest: readOnlyPath,
		writeReply(writer, reply) {
			writeAcl(writer, reply.acl);
			writeStat(writer, reply.stat);
		},
	},
	setAcl: {
		request: fc.record({path: text, acl, version: int}),
		reply: stat,
		readRequest: reader => ({path: reader.string(), acl: readAcl(reader), version: reader.int()}),
		writeReply: writeOnlyStat,
	},
	sync: {request: onlyPath, reply: nothing, readRequest: readOnlyPath, writeReply: writer => void writer.string('/')},
	multi: {request: multiOperations, reply: multiOutcomes, readRequest: readMulti, writeReply: writeMulti},
	multiRead: {request: multiReads, reply: readOutcomes, readRequest: readMultiRead, writeReply: writeMultiRead},
	ephemerals: {
		request: onlyPath,
		reply: texts,
		readRequest: readOnlyPath,
		writeReply: (writer, reply) => void writeStrings(writer, reply),
	},
	descendantCount: {
		request: onlyPath,
		reply: int,
		readRequest: readOnlyPath,
		writeReply: (writer, reply) => void writer.int(reply),
	},
	whoAmI: {
		request: nothing,
		reply: fc.array(fc.record({scheme: text, id: text}), {maxLength: 3}),
		readRequest: () => undefined,
		writeReply: (writer, reply) => void writer.vector(reply, (to, {scheme, id}) => void to.string(scheme).string(id)),
	},
	reconfig: {
		request: fc.record({joining: nullableText, leaving: nullableText, members: nullableText, fromConfig: long}),
		reply: dataAndStat,
		readRequest: reader => ({
			joining: readNullable(reader),
			leaving: readNullable(reader),
			members: readNullable(reader),
			fromConfig: reader.long(),
		}),
		writeReply: writeDataAndStat,
	},
	sasl: {
		request: fc.record({token: bytes}),
		reply: data,
		readRequest: reader => ({token: reader.buffer() ?? Buffer.alloc(0)}),
		writeReply: (writer, reply) => void writer.buffer(reply),
	},
	auth: {
		request: fc.record({scheme: text, auth: bytes}),
		reply: nothing,
		readRequest(reader) {
			reader.int();
			return {scheme: reader.string(), auth: reader.buffer() ?? Buffer.alloc(0)};
		},
		writeReply: writeNothing,
	},
	addWatch: {
		request: fc.record({path: text, mode: fc.constantFrom('persistent', 'recursive')}),
		reply: nothing,
		readRequest: reader => ({path: reader.string(), mode: reader.int() === 1 ? 'recursive' : 'persistent'}),
		writeReply: writeNothing,
	},
	removeWatches: {
		request: fc.record({path: text, kind: fc.constantFrom('child', 'data', 'any')}),
		reply: nothing,
		readRequest: reader => ({
			path: reader.string(),
			kind: (['child', 'data', 'any'] as const)[reader.int() - 1] ?? 'any',
		}),
		writeReply: writeNothing,
	},
	setWatches: {
		request: fc.record({data: texts, exist: texts, child: texts, persistent: texts, recursive: texts}),
		reply: nothing,
		readRequest(reader) {
			reader.long();
			const [given, exist, child] = [readStrings(reader), readStrings(reader), readStrings(reader)];
			// The older of the two requests ends here.
			const hasMore = reader.remaining > 0;
			const [persistent, recursive] = hasMore ? [readStrings(reader), readStrings(reader)] : [[], []];
			return {data: given, exist, child, persistent, recursive};
		},
		writeReply: writeNothing,
	},
	closeSession: {request: nothing, reply: nothing, readRequest: () => undefined, writeReply: writeNothing},
};
