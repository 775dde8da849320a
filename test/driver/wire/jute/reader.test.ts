import test from 'ava';
import fc from 'fast-check';
import {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import {ProtocolError} from '../../../../lib/index.ts';

const reading = (writer: Writer): Reader => new Reader(writer.frame().subarray(4));
const text = fc.string({unit: 'binary'});

test('what is written is read again', t => {
	fc.assert(
		fc.property(
			fc.boolean(),
			fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1}),
			fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}),
			fc.option(fc.uint8Array({maxLength: 2000})),
			text,
			fc.array(text),
			(boolean, int, long, buffer, string, vector) => {
				const reader = reading(
					new Writer()
						.boolean(boolean)
						.int(int)
						.long(long)
						.buffer(buffer)
						.string(string)
						.vector(vector, (to, value) => void to.string(value)),
				);
				t.is(reader.boolean(), boolean);
				t.is(reader.int(), int);
				t.is(reader.long(), long);
				t.deepEqual(reader.buffer(), buffer && Buffer.from(buffer));
				t.is(reader.string(), string);
				t.deepEqual(
					reader.vector(from => from.string()),
					vector,
				);
				t.is(reader.remaining, 0);
			},
		),
	);
});

test('a time is a long that fits a number', t => {
	fc.assert(
		fc.property(fc.integer({min: -(2 ** 52), max: 2 ** 52}), time => {
			t.is(reading(new Writer().long(BigInt(time))).time(), time);
		}),
	);
});

test('null is not empty', t => {
	t.is(reading(new Writer().buffer(null)).buffer(), null);
	t.deepEqual(reading(new Writer().buffer(Buffer.alloc(0))).buffer(), Buffer.alloc(0));
	t.is(reading(new Writer().int(-1)).string(), '');
	t.deepEqual(
		reading(new Writer().int(-1)).vector(from => from.int()),
		[],
	);
});

test('no length is trusted', t => {
	for (const length of [-2, 1, 2 ** 31 - 1, -(2 ** 31)]) {
		t.throws(() => reading(new Writer().int(length)).buffer(), {instanceOf: ProtocolError});
		t.throws(() => reading(new Writer().int(length)).vector(from => from.boolean()), {instanceOf: ProtocolError});
	}
	t.throws(() => reading(new Writer()).boolean(), {instanceOf: ProtocolError});
	t.throws(() => reading(new Writer().boolean(true)).int(), {instanceOf: ProtocolError});
	t.throws(() => reading(new Writer().int(1)).long(), {instanceOf: ProtocolError});
});
