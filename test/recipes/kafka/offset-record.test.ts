import test from 'ava';
import fc from 'fast-check';
import {OffsetDataError} from '../../../recipes/kafka/lane-error.ts';
import {decodeOffsetRecord, encodeOffsetRecord, type OffsetRecord} from '../../../recipes/kafka/offset-record.ts';

const record: OffsetRecord = {
	next: 123456n,
	epoch: 7n,
	seq: 991n,
	owner: 'w1',
	lock: '_c_9f1c-lock-0000000012',
	txn: 'billing.w1.10000ab',
	clean: false,
	carrier: 'kafka',
	established: true,
	ts: 1_700_000_000_000,
};
const path = '/docent/billing/lanes/orders/0/offset';

test('is JSON that a person can read', t => {
	t.is(
		encodeOffsetRecord(record),
		'{"v":1,"next":"123456","epoch":7,"seq":991,"owner":"w1","lock":"_c_9f1c-lock-0000000012","txn":"billing.w1.10000ab","clean":false,"carrier":"kafka","established":true,"ts":1700000000000}',
	);
});

test('comes back as it was written', t => {
	const count = fc.nat().map(BigInt);
	fc.assert(
		fc.property(
			fc.record({
				next: fc.bigInt(0n, 2n ** 59n),
				epoch: count,
				seq: count,
				owner: fc.string(),
				lock: fc.string(),
				txn: fc.string(),
				clean: fc.boolean(),
				carrier: fc.constant('kafka' as const),
				established: fc.boolean(),
				ts: fc.nat(),
			}),
			written => {
				t.deepEqual(decodeOffsetRecord(Buffer.from(encodeOffsetRecord(written)), path), written);
			},
		),
	);
});

for (const [what, change] of Object.entries({
	'a later version': {v: 2},
	'a number for the offset': {next: 123456},
	'a negative offset': {next: '-1'},
	'an offset with a fraction': {next: '1.5'},
	'an offset with leading zeros': {next: '007'},
	'an epoch that is none': {epoch: -1},
	'a sequence number beyond the safe integers': {seq: 2 ** 60},
	'no owner': {owner: undefined},
	'a foreign carrier': {carrier: 'pigeon'},
	'a flag in words': {clean: 'no'},
}))
	test(`refuses ${what}`, t => {
		const data = JSON.stringify({...JSON.parse(encodeOffsetRecord(record)), ...change});
		t.throws(() => decodeOffsetRecord(Buffer.from(data), path), {instanceOf: OffsetDataError, message: /offset holds/});
	});

for (const data of [null, Buffer.from(''), Buffer.from('42'), Buffer.from('[]'), Buffer.from('{"v":1,')])
	test(`refuses ${data === null ? 'no data' : `the data "${String(data)}"`}`, t => {
		t.throws(() => decodeOffsetRecord(data, path), {instanceOf: OffsetDataError});
	});
