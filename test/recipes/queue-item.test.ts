import test from 'ava';
import fc from 'fast-check';
import {decodeItems, encodeItem, itemPrefix, itemsInOrder} from '../../recipes/queue-item.ts';

const path = '/queue/queue-0000000000';

test('an item is as Curator writes it', t => {
	t.is(encodeItem(Buffer.from('hello')).toString('hex'), '0001000101' + '00000005' + '68656c6c6f' + '02');
	t.deepEqual(decodeItems(path, Buffer.from('00010001' + '01000000026869' + '0100000000' + '02', 'hex')).map(String), [
		'hi',
		'',
	]);
	t.deepEqual(decodeItems(path, Buffer.from('0001000102', 'hex')), []);
});

test('what was encoded is decoded, and what is anything else is refused', t => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 50}), bytes => {
			t.deepEqual(decodeItems(path, encodeItem(bytes)), [Buffer.from(bytes)]);
		}),
	);
	fc.assert(
		fc.property(fc.uint8Array({minLength: 1, maxLength: 12}), fc.nat(20), (bytes, length) => {
			const cut = encodeItem(bytes).subarray(0, Math.min(length, bytes.length + 9));
			t.throws(() => decodeItems(path, cut), {code: 'QUEUE_DATA'});
		}),
	);
	const bad = ['', '00010002' + '02', '0001000101' + 'ffffffff' + '02', '0001000101' + '7fffffff' + '02', '0001000103'];
	for (const bytes of bad) t.throws(() => decodeItems(path, Buffer.from(bytes, 'hex')), {code: 'QUEUE_DATA'}, bytes);
	t.throws(() => decodeItems(path, null), {code: 'QUEUE_DATA'});
});

test('a priority is as Curator writes it, and the smaller is the earlier', t => {
	t.is(itemPrefix(undefined), 'queue-');
	t.is(itemPrefix(5), 'queue-100000005');
	t.is(itemPrefix(-5), 'queue-0FFFFFFFB');
	const number = fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1});
	fc.assert(
		fc.property(number, number, (a, b) => {
			const names = [a, b].map((priority, index) => `${itemPrefix(priority)}000000000${index}`);
			t.is(itemsInOrder(names)[0], names[a <= b ? 0 : 1]);
		}),
	);
	for (const priority of [0.5, 2 ** 31, Number.NaN]) t.throws(() => itemPrefix(priority), {code: 'INVALID_ARGUMENT'});
});

test('other children are left alone: locks, delayed and named items, notes', t => {
	const strays = [
		'lock-0000000000',
		'queue-|18BCFE56800|0000000000',
		'queue-|id|0000000000',
		'queue-',
		'note',
		'queue-12',
	];
	t.deepEqual(itemsInOrder([...strays, 'queue-1000000050000000003', 'queue-0000000004']), [
		'queue-0000000004',
		'queue-1000000050000000003',
	]);
});
