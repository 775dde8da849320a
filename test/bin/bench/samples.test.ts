import test from 'ava';
import {monotonicMicros} from '../../../bin/bench/monotonic.ts';
import {SampleBuffer, samplesIn} from '../../../bin/bench/samples.ts';

test('what goes in comes out, once', t => {
	const start = monotonicMicros();
	const buffer = new SampleBuffer(start);
	const first = buffer.add(0, 3, start);
	const second = buffer.add(1, 4, first);
	const taken = buffer.take();
	t.deepEqual(
		[...samplesIn(taken ?? new Uint32Array())],
		[
			{series: 0, contender: 3, at: first - start, took: first - start},
			{series: 1, contender: 4, at: second - start, took: second - first},
		],
	);
	t.is(buffer.take(), undefined);
});

test('what is over before the start is not kept', t => {
	const buffer = new SampleBuffer(monotonicMicros() + 60_000_000);
	buffer.add(0, 0, monotonicMicros());
	t.is(buffer.take(), undefined);
});
