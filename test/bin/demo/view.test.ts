import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import {carriedOf, producedFor, type Snapshot} from '../../../bin/demo/board.ts';
import {type Paint, plainPaint} from '../../../bin/demo/paint.ts';
import {progressLine, renderFrame} from '../../../bin/demo/view.ts';

const size = {columns: 80, rows: 24};
const colours: Paint = (_, text) => `\u001B[36m${text}\u001B[39m`;

const now: Snapshot = {
	elapsed: 83_400,
	servers: 'ZooKeeper 127.0.0.1:40001 · Kafka 3.9.2 127.0.0.1:40002',
	total: 60_000,
	produced: 31_205,
	batchSize: 2000,
	leader: 'w1',
	workers: [
		{id: 'w1', state: 'working'},
		{id: 'w2', state: 'killed'},
		{id: 'w3', state: 'frozen'},
		{id: 'w4', state: 'starting'},
	],
	lanes: [0, 1, 2, 3, 4, 5].map(partition => ({
		partition,
		owner: partition === 5 ? undefined : partition % 2 === 0 ? 'w1' : 'w3',
		epoch: partition + 1,
		next: 5000 + partition,
		transactionalId: undefined,
	})),
	events: Array.from({length: 40}, (_, index) => ({
		at: index * 1000,
		tone: index % 3 === 0 ? ('fault' as const) : ('plain' as const),
		text: `event ${index} ${'and more '.repeat(index % 4 === 0 ? 12 : 1)}`,
	})),
};

test('a frame fits a terminal of 80 × 24, its last row left to the cursor', t => {
	const lines = renderFrame(now, size, plainPaint);
	t.is(lines.length, 23);
	for (const line of lines) t.true(line.length <= 80, line);
});

test('colours change no place', t => {
	const painted = renderFrame(now, size, colours).map(line => stripVTControlCharacters(line));
	t.deepEqual(painted, renderFrame(now, size, plainPaint));
});

test('it says who leads, who owns what, how far each lane is, and what happened last', t => {
	const text = renderFrame(now, size, plainPaint).join('\n');
	t.regex(text, /docent demo .* 01:23$/m);
	t.regex(text, /written .+ 31,205 of 60,000/);
	t.regex(text, /carried .+ 30,015 {2}lag 1,190/);
	t.regex(text, /● w1 {2}leads {2}0 2 4/);
	t.regex(text, /✗ w2 {2}killed/);
	t.regex(text, /❄ w3 {2}frozen/);
	t.regex(text, /○ w4 {2}starting/);
	t.regex(text, /3 {2}w3 +epoch 4 +offset +5,003 {2}lag +198/);
	t.regex(text, /5 {2}– +epoch 6/);
	t.regex(text, /00:39 {2}event 39/);
	t.notRegex(text, /event 2 /);
});

test('a small terminal gets the top of it, a large one more events', t => {
	t.is(renderFrame(now, {columns: 80, rows: 8}, plainPaint).length, 7);
	t.is(renderFrame(now, {columns: 120, rows: 50}, plainPaint).length, 49);
	t.is(renderFrame(now, {columns: 80, rows: 1}, plainPaint).length, 1);
});

test('before anything is known there is a frame too', t => {
	const empty: Snapshot = {...now, servers: '', produced: 0, batchSize: undefined, workers: [], lanes: [], events: []};
	t.notThrows(() => renderFrame(empty, size, plainPaint));
	t.regex(progressLine(empty), /written 0, carried 0, lag 0/);
});

test('without a terminal one line says it', t => {
	t.is(
		progressLine(now),
		'01:23  written 31,205, carried 30,015, lag 1,190 | w1* 0,2,4 | w2 killed | w3 frozen | w4 starting',
	);
});

test('numbers are dealt out in turn', t => {
	t.deepEqual(
		[0, 1, 2].map(partition => producedFor(partition, 7, 3)),
		[3, 2, 2],
	);
	t.is(producedFor(2, 1, 3), 0);
	t.is(carriedOf(now), 30_015);
});
