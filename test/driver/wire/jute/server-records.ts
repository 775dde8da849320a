import fc from 'fast-check';
import {createFlags} from '../../../../lib/driver/wire/jute/op-code.ts';
import type {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {readAcl} from '../../../../lib/driver/wire/jute/record.ts';
import type {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import type {CreateRequest} from '../../../../lib/driver/operation.ts';
import type {Acl, CreateMode, Permission, Stat} from '../../../../lib/index.ts';

export const int: fc.Arbitrary<number> = fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1});
export const long: fc.Arbitrary<bigint> = fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n});
export const text: fc.Arbitrary<string> = fc.string({unit: 'binary', maxLength: 20});
export const bytes: fc.Arbitrary<Buffer> = fc.uint8Array({maxLength: 50}).map(array => Buffer.from(array));
export const data: fc.Arbitrary<Buffer | null> = fc.option(bytes);
const time = fc.integer({min: 0, max: 2 ** 52});
export const texts: fc.Arbitrary<string[]> = fc.array(text, {maxLength: 5});
export const stat: fc.Arbitrary<Stat> = fc.record({
	czxid: long,
	mzxid: long,
	ctime: time,
	mtime: time,
	version: int,
	cversion: int,
	aversion: int,
	ephemeralOwner: long,
	dataLength: int,
	numChildren: int,
	pzxid: long,
});
const permissions = fc.oneof(
	fc.constant('all' as const),
	fc.subarray<Permission>(['read', 'write', 'create', 'delete', 'admin'], {maxLength: 4}),
);
export const acl: fc.Arbitrary<Acl> = fc.array(fc.record({permissions, scheme: text, id: text}), {maxLength: 3});

export function writeStat(writer: Writer, value: Stat): Writer {
	return writer
		.long(value.czxid)
		.long(value.mzxid)
		.long(BigInt(value.ctime))
		.long(BigInt(value.mtime))
		.int(value.version)
		.int(value.cversion)
		.int(value.aversion)
		.long(value.ephemeralOwner)
		.int(value.dataLength)
		.int(value.numChildren)
		.long(value.pzxid);
}
export function writeStrings(writer: Writer, values: readonly string[]): Writer {
	return writer.vector(values, (to, value) => void to.string(value));
}
export const readStrings = (reader: Reader): string[] => reader.vector(from => from.string());

const modes = Object.keys(createFlags) as CreateMode[];
export const createRequest: fc.Arbitrary<CreateRequest> = fc
	.record({path: text, data, acl, mode: fc.constantFrom(...modes), ttl: time})
	.map(({ttl, ...request}) => (request.mode.endsWith('ttl') ? {...request, ttl} : request));
export function readCreate(reader: Reader, code: number): CreateRequest {
	const [path, body, entries, flags] = [reader.string(), reader.buffer(), readAcl(reader), reader.int()];
	const mode = modes.find(name => createFlags[name].code === code && createFlags[name].flags === flags);
	if (!mode) throw new Error(`flags ${flags} with opcode ${code}`);
	const request = {path, data: body, acl: entries, mode};
	return mode.endsWith('ttl') ? {...request, ttl: Number(reader.long())} : request;
}
