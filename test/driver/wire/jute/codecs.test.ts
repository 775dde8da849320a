import test from 'ava';
import fc from 'fast-check';
import {codecs} from '../../../../lib/driver/wire/jute/request/codecs.ts';
import {decodeConnect, encodeConnect} from '../../../../lib/driver/wire/jute/request/connect.ts';
import {decodeEvent} from '../../../../lib/driver/wire/jute/request/event.ts';
import {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {readAcl, readStat, writeAcl} from '../../../../lib/driver/wire/jute/record.ts';
import {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import type {MultiOperation, MultiOutcome, OperationName, RequestOf} from '../../../../lib/driver/operation.ts';
import {type Acl, openAcl, type Permission, ProtocolError, type Stat} from '../../../../lib/index.ts';

const all = codecs(() => 0x1_2345_6789n);
const reading = (writer: Writer): Reader => new Reader(writer.frame().subarray(4));
const int = fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1});
const long = fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n});
const time = fc.integer({min: 0, max: 2 ** 52});
const text = fc.string({unit: 'binary', maxLength: 20});
const data = fc.option(fc.uint8Array({maxLength: 50}).map(array => Buffer.from(array)));
const stat: fc.Arbitrary<Stat> = fc.record({
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
const acl: fc.Arbitrary<Acl> = fc.array(fc.record({permissions, scheme: text, id: text}), {maxLength: 3});

/** What a server does. */
function writeStat(writer: Writer, value: Stat): Writer {
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

test('Stat and ACL round trip', t => {
	fc.assert(
		fc.property(stat, acl, (aStat, anAcl) => {
			t.deepEqual(readStat(reading(writeStat(new Writer(), aStat))), aStat);
			const writer = new Writer();
			writeAcl(writer, anAcl);
			t.deepEqual(readAcl(reading(writer)), anAcl);
		}),
	);
});

test('every reply is decoded', t => {
	const read = {path: '/a', watch: false};
	fc.assert(
		fc.property(stat, acl, data, text, fc.array(text), (aStat, anAcl, bytes, path, children) => {
			const created = writeStat(new Writer().string(path), aStat);
			const create = {path, data: bytes, acl: anAcl, mode: 'persistent'} as const;
			t.deepEqual(all.create.decode(reading(created), create), {path, stat: aStat});
			const got = writeStat(new Writer().buffer(bytes), aStat);
			t.deepEqual(all.get.decode(reading(got), read), {data: bytes, stat: aStat});
			const listed = writeStat(
				new Writer().vector(children, (to, child) => void to.string(child)),
				aStat,
			);
			t.deepEqual(all.children.decode(reading(listed), read), {children, stat: aStat});
			t.deepEqual(all.exists.decode(reading(writeStat(new Writer(), aStat)), read), aStat);
			const acls = new Writer();
			writeAcl(acls, anAcl);
			t.deepEqual(all.getAcl.decode(reading(writeStat(acls, aStat)), {path}), {acl: anAcl, stat: aStat});
		}),
	);
});

const outcome: fc.Arbitrary<MultiOutcome> = fc.oneof(
	fc.record({type: fc.constant('create' as const), path: text, stat: fc.option(stat, {nil: undefined})}),
	fc.record({type: fc.constant('set' as const), stat}),
	fc.record({type: fc.constantFrom('delete' as const, 'check' as const)}),
	fc.record({type: fc.constant('error' as const), resultCode: int}),
);

function writeOutcome(writer: Writer, value: MultiOutcome): void {
	const header = (type: number): Writer => writer.int(type).boolean(false).int(0);
	switch (value.type) {
		case 'create':
			if (value.stat) writeStat(header(15).string(value.path), value.stat);
			else header(1).string(value.path);
			return;
		case 'set':
			return void writeStat(header(5), value.stat);
		case 'delete':
			return void header(2);
		case 'check':
			return void header(13);
		case 'error':
			return void header(-1).int(value.resultCode);
	}
}

test('a multi is decoded by the types of the response, and must have as many results as it had operations', t => {
	const operation: MultiOperation = {type: 'delete', path: '/a', version: -1};
	fc.assert(
		fc.property(fc.array(outcome, {maxLength: 5}), outcomes => {
			const writer = new Writer();
			for (const value of outcomes) writeOutcome(writer, value);
			const bytes = writer.int(-1).boolean(true).int(-1).frame().subarray(4);
			t.deepEqual(
				all.multi.decode(
					new Reader(bytes),
					outcomes.map(() => operation),
				),
				outcomes,
			);
			t.throws(() => all.multi.decode(new Reader(bytes), [...outcomes.map(() => operation), operation]), {
				instanceOf: ProtocolError,
			});
		}),
	);
});

test('the handshake', t => {
	fc.assert(
		fc.property(long, int, long, fc.boolean(), (lastZxid, timeout, sessionId, readOnly) => {
			const password = Buffer.alloc(16, 9);
			const request = reading(
				new Writer().buffer(
					encodeConnect({lastZxid, timeout, sessionId, password, canBeReadOnly: readOnly}).subarray(4),
				),
			);
			const sent = new Reader(request.buffer() ?? Buffer.alloc(0));
			t.deepEqual(
				[sent.int(), sent.long(), sent.int(), sent.long(), sent.buffer(), sent.boolean(), sent.remaining],
				[0, lastZxid, timeout, sessionId, password, readOnly, 0],
			);
			const answer = new Writer().int(0).int(timeout).long(sessionId).buffer(password);
			const bytes = answer.boolean(readOnly).frame().subarray(4);
			t.deepEqual(decodeConnect(bytes), {timeout, sessionId, password, readOnly});
			t.deepEqual(decodeConnect(bytes.subarray(0, 36)), {timeout, sessionId, password, readOnly: false});
		}),
	);
});

const requests: {readonly [Name in OperationName]: RequestOf<Name>} = {
	create: {path: '/a', data: Buffer.from('d'), acl: openAcl, mode: 'persistent-ttl', ttl: 5},
	delete: {path: '/a', version: 3},
	exists: {path: '/a', watch: true},
	get: {path: '/a', watch: true},
	set: {path: '/a', data: null, version: -1},
	children: {path: '/a', watch: false},
	getAcl: {path: '/a'},
	setAcl: {path: '/a', acl: openAcl, version: 0},
	sync: {path: '/a'},
	multi: [{type: 'check', path: '/a', version: 2}],
	multiRead: [
		{type: 'get', path: '/a'},
		{type: 'children', path: '/b'},
	],
	ephemerals: {path: '/a'},
	descendantCount: {path: '/a'},
	whoAmI: undefined,
	reconfig: {joining: null, leaving: '3', members: null, fromConfig: 0x1_0000_0002n},
	sasl: {token: Buffer.from('t')},
	auth: {scheme: 'digest', auth: Buffer.from('u:p')},
	addWatch: {path: '/a', mode: 'recursive'},
	removeWatches: {path: '/a', kind: 'any'},
	setWatches: {data: ['/d'], exist: [], child: ['/c'], persistent: ['/p'], recursive: []},
	closeSession: undefined,
};

/** Opcode and body of each request, put together by hand from zookeeper.jute. */
const golden: Readonly<Record<OperationName, string>> = {
	create: '21:000000022f610000000164000000010000001f00000005776f726c6400000006616e796f6e65000000050000000000000005',
	delete: '2:000000022f6100000003',
	exists: '3:000000022f6101',
	get: '4:000000022f6101',
	set: '5:000000022f61ffffffffffffffff',
	children: '12:000000022f6100',
	getAcl: '6:000000022f61',
	setAcl: '7:000000022f61000000010000001f00000005776f726c6400000006616e796f6e6500000000',
	sync: '9:000000022f61',
	multi: '14:0000000d00ffffffff000000022f6100000002ffffffff01ffffffff',
	multiRead: '22:0000000400ffffffff000000022f61000000000800ffffffff000000022f6200ffffffff01ffffffff',
	ephemerals: '103:000000022f61',
	descendantCount: '104:000000022f61',
	whoAmI: '107:',
	reconfig: '16:ffffffff0000000133ffffffff0000000100000002',
	sasl: '102:0000000174',
	auth: '100:000000000000000664696765737400000003753a70',
	addWatch: '106:000000022f6100000001',
	removeWatches: '18:000000022f6100000003',
	setWatches: '105:000000012345678900000001000000022f640000000000000001000000022f6300000001000000022f7000000000',
	closeSession: '-11:',
};

for (const name of Object.keys(golden) as OperationName[]) {
	test(`the bytes of ${name}`, t => {
		t.is(encoded(name), golden[name]);
	});
}

function encoded<Name extends OperationName>(name: Name): string {
	const writer = new Writer();
	all[name].encode(writer, requests[name]);
	return `${all[name].code(requests[name])}:${writer.frame().subarray(4).toString('hex')}`;
}

test('random bytes make every decoder answer or throw a ProtocolError', t => {
	fc.assert(
		fc.property(
			fc.uint8Array({maxLength: 200}),
			fc.constantFrom(...(Object.keys(golden) as OperationName[])),
			(bytes, name) => {
				try {
					decode(name, new Reader(Buffer.from(bytes)));
					decodeEvent(new Reader(Buffer.from(bytes)));
					decodeConnect(Buffer.from(bytes));
				} catch (error) {
					t.true(error instanceof ProtocolError, String(error));
				}
				t.pass();
			},
		),
		{numRuns: 2000},
	);
});

function decode<Name extends OperationName>(name: Name, reader: Reader): void {
	all[name].decode(reader, requests[name]);
}
