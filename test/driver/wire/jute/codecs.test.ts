import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {codecs} from '../../../../lib/driver/wire/jute/request/codecs.ts';
import {decodeConnect, encodeConnect} from '../../../../lib/driver/wire/jute/request/connect.ts';
import {decodeEvent} from '../../../../lib/driver/wire/jute/request/event.ts';
import {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {readAcl, readStat, writeAcl} from '../../../../lib/driver/wire/jute/record.ts';
import {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import type {MultiOperation, OperationName, RequestOf} from '../../../../lib/driver/operation.ts';
import {openAcl, ProtocolError} from '../../../../lib/index.ts';
import {acl, int, long, stat, text, writeStat} from './server-records.ts';
import {serverSide} from './server-side.ts';

const all = codecs(() => 0x1_2345_6789n);
const reading = (writer: Writer): Reader => new Reader(writer.frame().subarray(4));
const names = Object.keys(serverSide) as OperationName[];

function roundTrips<Name extends OperationName>(t: ExecutionContext, name: Name): void {
	const side = serverSide[name];
	// Of a list of operations the reply has as many outcomes; nobody else looks at the request.
	const asked = (answer: unknown): RequestOf<Name> =>
		(Array.isArray(answer)
			? answer.map(() => ({type: 'delete', path: '/', version: -1}))
			: {path: '/'}) as RequestOf<Name>;
	fc.assert(
		fc.property(side.request, side.reply, (aRequest, aReply) => {
			const sent = new Writer();
			all[name].encode(sent, aRequest);
			const received = reading(sent);
			t.deepEqual(side.readRequest(received, all[name].code(aRequest)), aRequest);
			t.is(received.remaining, 0);
			const answer = new Writer();
			side.writeReply(answer, aReply);
			t.deepEqual(all[name].decode(reading(answer), asked(aReply)), aReply);
		}),
	);
}

for (const name of names) test(`${name}: every request and every reply round trip`, roundTrips, name);

test('Stat, ACL and watch events round trip', t => {
	fc.assert(
		fc.property(stat, acl, text, fc.integer({min: 1, max: 4}), (aStat, anAcl, path, type) => {
			t.deepEqual(readStat(reading(writeStat(new Writer(), aStat))), aStat);
			const writer = new Writer();
			writeAcl(writer, anAcl);
			t.deepEqual(readAcl(reading(writer)), anAcl);
			const event = decodeEvent(reading(new Writer().int(type).int(3).string(path)));
			t.deepEqual(event, {type: (['created', 'deleted', 'changed', 'children'] as const)[type - 1], path});
		}),
	);
});

test('a multi must have as many results as it had operations', t => {
	const operation: MultiOperation = {type: 'delete', path: '/a', version: -1};
	fc.assert(
		fc.property(serverSide.multi.reply, outcomes => {
			const writer = new Writer();
			serverSide.multi.writeReply(writer, outcomes);
			const asked = [...outcomes.map(() => operation), operation];
			t.throws(() => all.multi.decode(reading(writer), asked), {instanceOf: ProtocolError});
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
