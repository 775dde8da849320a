import test from 'ava';
import fc from 'fast-check';
import {FrameDecoder} from '../../../../lib/driver/wire/jute/frame.ts';
import {Writer} from '../../../../lib/driver/wire/jute/writer.ts';
import {ProtocolError} from '../../../../lib/index.ts';

const payload = fc.uint8Array({maxLength: 300}).map(array => Buffer.from(array));

/** A stream cut at the given places. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
	const at = [0, ...places.map(place => place % (stream.length + 1)).sort((a, b) => a - b), stream.length];
	return at.slice(1).map((end, index) => stream.subarray(at[index], end));
}

function frame(bytes: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

test('any chunking of a stream gives the same frames', t => {
	fc.assert(
		fc.property(fc.array(payload, {maxLength: 6}), fc.array(fc.nat(), {maxLength: 12}), (payloads, places) => {
			const decoder = new FrameDecoder(300);
			const stream = Buffer.concat(payloads.map(frame));
			t.deepEqual(
				cut(stream, places).flatMap(chunk => decoder.push(chunk)),
				payloads,
			);
		}),
	);
});

test('byte by byte, too', t => {
	const decoder = new FrameDecoder(300);
	const stream = Buffer.concat([frame(Buffer.from('one')), frame(Buffer.alloc(0)), frame(Buffer.alloc(300, 3))]);
	const frames = [...stream].flatMap(byte => decoder.push(Buffer.from([byte])));
	t.deepEqual(
		frames.map(({length}) => length),
		[3, 0, 300],
	);
});

test('random bytes give frames or a ProtocolError, never more than came in', t => {
	fc.assert(
		fc.property(fc.array(payload, {maxLength: 8}), chunks => {
			const decoder = new FrameDecoder(1000);
			let received = 0;
			let delivered = 0;
			try {
				for (const chunk of chunks) {
					received += chunk.length;
					for (const {length} of decoder.push(chunk)) delivered += 4 + length;
					t.true(delivered <= received);
				}
			} catch (error) {
				t.true(error instanceof ProtocolError);
			}
		}),
	);
});

test('a frame of the limit passes, one byte more does not', t => {
	t.is(new FrameDecoder(8).push(frame(Buffer.alloc(8))).length, 1);
	t.throws(() => new FrameDecoder(8).push(frame(Buffer.alloc(9))), {instanceOf: ProtocolError});
	t.throws(() => new FrameDecoder(8).push(new Writer().int(0).frame().fill(0xff)), {instanceOf: ProtocolError});
});
