import test from 'ava';
import fc from 'fast-check';
import {FrameSplitter} from '../../lib/testing/frame-splitter.ts';

test('cuts frames whatever the pieces are', t => {
	fc.assert(
		fc.property(fc.array(fc.uint8Array({maxLength: 40})), fc.integer({min: 1, max: 60}), (bodies, piece) => {
			const frames = bodies.map(body => {
				const length = Buffer.alloc(4);
				length.writeInt32BE(body.length);
				return Buffer.concat([length, body]);
			});
			const stream = Buffer.concat(frames);
			const splitter = new FrameSplitter();
			const cut: Buffer[] = [];
			for (let start = 0; start < stream.length; start += piece) {
				splitter.push(stream.subarray(start, start + piece));
				cut.push(...splitter.frames());
			}
			t.deepEqual(cut, frames);
		}),
	);
});

test('a length below zero ends the cutting: bytes pass as they come', t => {
	const splitter = new FrameSplitter();
	const bytes = Buffer.from([0, 0, 0, 1, 7, 255, 255, 255, 255, 1]);
	splitter.push(bytes);
	t.deepEqual(splitter.frames(), [bytes.subarray(0, 5), bytes.subarray(5)]);
	splitter.push(Buffer.from([9]));
	t.deepEqual(splitter.frames(), [Buffer.from([9])]);
});
