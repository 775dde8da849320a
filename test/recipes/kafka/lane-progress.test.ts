import test from 'ava';
import {LaneProgress} from '../../../recipes/kafka/lane-progress.ts';

const output = {topic: 'out', partition: 0, key: null, value: Buffer.from('abc')};

test('what is committed, in flight and finished follow each other without a gap', t => {
	const progress = new LaneProgress(5n);
	t.deepEqual(progress.finish(7n, 2, [output]), {records: 3, bytes: 3});
	t.true(progress.isDirty);
	t.deepEqual(progress.take(), {from: 5n, next: 7n, seq: 1n, outputs: [output]});
	t.false(progress.isDirty);
	progress.finish(8n, 1, []);
	t.true(progress.isDirty);
	t.deepEqual(progress.load, {records: 4, bytes: 3});
	progress.acknowledge();
	t.like(progress, {committed: 7n, isEstablished: true, isTaken: false});
	t.deepEqual(progress.take(), {from: 7n, next: 8n, seq: 2n, outputs: []});
});

test('the position that the sink tells decides the commit in flight', t => {
	const progress = new LaneProgress(0n);
	t.is(progress.settle(0n), 'unchanged');
	progress.finish(2n, 2, [output]);
	progress.take();
	progress.finish(3n, 1, [output]);
	t.is(progress.settle(0n), 'uncommitted');
	t.deepEqual(progress.take(), {from: 0n, next: 3n, seq: 2n, outputs: [output, output]});
	t.is(progress.settle(2n), 'elsewhere');
	t.is(progress.settle(3n), 'committed');
	t.like(progress, {committed: 3n, isTaken: false, isDirty: false});
});

test('a rewind drops what is not committed', t => {
	const progress = new LaneProgress(0n);
	progress.finish(2n, 2, [output]);
	progress.take();
	progress.finish(3n, 1, [output]);
	progress.rewind(1n);
	t.like(progress, {committed: 1n, isTaken: false, isDirty: false, load: {records: 0, bytes: 0}});
});
