import test from 'ava';
import {FrameDecoder} from '../../../../lib/driver/wire/jute/frame.ts';
import {Reader} from '../../../../lib/driver/wire/jute/reader.ts';
import {Writer} from '../../../../lib/driver/wire/jute/writer.ts';

test('frames follow one another, whatever they grow to; one that is dropped leaves no trace', t => {
	const texts = ['', 'a', 'ä'.repeat(300), 'b'.repeat(70_000), 'c'];
	const writer = new Writer();
	for (const text of texts) {
		writer.string('not this').dropFrame();
		t.is(writer.length, 0);
		writer.int(7).string(text);
		t.is(writer.length, 8 + Buffer.byteLength(text));
		writer.endFrame();
	}
	writer.string('never ended');
	const frames = new FrameDecoder(100_000).push(writer.frames());
	t.deepEqual(
		frames.map(frame => {
			const reader = new Reader(frame);
			return [reader.int(), reader.string(), reader.remaining];
		}),
		texts.map(text => [7, text, 0]),
	);
});
