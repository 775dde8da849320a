import test from 'ava';
import type {FeedBatch} from '../../../recipes/kafka/feed/feed.ts';
import {LaneQueue} from '../../../recipes/kafka/lane-queue.ts';

function batch(offsets: readonly number[], nextOffset: bigint): FeedBatch {
	const message = {key: Buffer.from('k'), value: Buffer.from('v'), timestamp: '0', attributes: 0, headers: {}};
	const messages = offsets.map(offset => ({...message, offset: String(offset)}));
	return {topic: 'orders', partition: 0, fetchedOffset: 0n, nextOffset, highWatermark: 100n, messages};
}

test('a batch is resolved record by record, and leaves with its last', t => {
	const queue = new LaneQueue();
	queue.add(batch([3, 5], 9n));
	queue.add(batch([], 12n));
	t.deepEqual(queue.load, {records: 2, bytes: 4});
	const first = queue.head!;
	t.is(queue.resolve(first, 1), 4n, 'behind the record, for those after it are not finished');
	t.is(queue.head, first);
	t.is(queue.resolve(first, 1), 9n, 'behind the batch, with the offsets that are no records');
	t.deepEqual(queue.load, {records: 0, bytes: 0});
	t.is(queue.resolve(queue.head!, 0), 12n);
	t.is(queue.head, undefined);
});

test('what was cleared away may still be resolved', t => {
	const queue = new LaneQueue();
	queue.add(batch([0], 1n));
	const {head} = queue;
	queue.clear();
	queue.add(batch([7], 8n));
	t.is(queue.resolve(head!, 1), 1n);
	t.is(queue.head?.batch.nextOffset, 8n);
	t.deepEqual(queue.load, {records: 1, bytes: 2});
});
