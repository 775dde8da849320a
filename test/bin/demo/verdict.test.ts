import test from 'ava';
import {checkHistory} from '../../../bin/demo/checker.ts';
import {plainPaint} from '../../../bin/demo/paint.ts';
import {judge, renderVerdict} from '../../../bin/demo/verdict.ts';

const expected = [{lane: '0', ids: ['a', 'b', 'c']}];
const record = (id: string): {partition: number; id: string} => ({partition: 0, id});
const whole = checkHistory(expected, ['a', 'b', 'c'].map(record));
const atEnd = {zooKeeper: 3, carrier: 3, end: 3};

test('all came out and all accounts agree', t => {
	const verdict = judge(whole, [atEnd]);
	t.true(verdict.holds);
	const text = renderVerdict(verdict, plainPaint).join('\n');
	t.regex(text, /lane +in +out +missing +twice +disorder +ZooKeeper +Kafka +end\n/);
	t.regex(text, /0 +3 +3 +0 +0 +0 +3 +3 +3\n/);
	t.regex(text, /Each of 3 records came out exactly once, in order/);
});

for (const [title, offsets] of Object.entries({
	'ZooKeeper is behind': [{...atEnd, zooKeeper: 2}],
	'ZooKeeper is ahead': [{...atEnd, zooKeeper: 4}],
	'ZooKeeper knows nothing': [{...atEnd, zooKeeper: undefined}],
	'Kafka is behind': [{...atEnd, carrier: 2}],
	'Kafka knows nothing': [{...atEnd, carrier: undefined}],
	'a lane is unaccounted for': [],
})) {
	test(`no verdict of exactly once: ${title}`, t => {
		const verdict = judge(whole, offsets);
		t.false(verdict.holds);
		t.regex(renderVerdict(verdict, plainPaint).join('\n'), /NOT exactly once/);
	});
}

test('what is wrong is named', t => {
	const verdict = judge(checkHistory(expected, ['a', 'a', 'c', 'x'].map(record)), [atEnd]);
	const text = renderVerdict(verdict, plainPaint).join('\n');
	t.false(verdict.holds);
	t.regex(text, /lane 0: missing: 1 \("b"\)/);
	t.regex(text, /lane 0: came out again: 1 \("a"\)/);
	t.regex(text, /nothing led to: 1 \("x"\)/);
});
