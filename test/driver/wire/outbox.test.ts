import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import {OversizedError} from '../../../lib/driver/driver.ts';
import {FrameDecoder} from '../../../lib/driver/wire/jute/frame.ts';
import {Reader} from '../../../lib/driver/wire/jute/reader.ts';
import {Outbox} from '../../../lib/driver/wire/outbox.ts';

test('one write for each turn; a request that cannot be sent leaves no trace in it', async t => {
	const written: Buffer[] = [];
	const outbox = new Outbox(100, frames => written.push(frames));
	const broken = new Error('cannot be encoded');
	t.is(
		t.throws(() =>
			outbox.send(1, 1, writer => {
				writer.string('half');
				throw broken;
			}),
		),
		broken,
	);
	await nextTurn();
	t.deepEqual(written, [], 'nothing to write');
	outbox.send(2, 11);
	t.throws(() => outbox.send(3, 5, writer => void writer.buffer(Buffer.alloc(100))), {instanceOf: OversizedError});
	outbox.send(4, 5, writer => void writer.string('text'));
	await nextTurn();
	outbox.send(5, 11);
	await nextTurn();
	t.deepEqual(
		written.map(frames =>
			new FrameDecoder(100).push(frames).map(frame => {
				const reader = new Reader(frame);
				return [reader.int(), reader.int(), reader.remaining > 0 ? reader.string() : undefined];
			}),
		),
		[
			[
				[2, 11, undefined],
				[4, 5, 'text'],
			],
			[[5, 11, undefined]],
		],
	);
});
