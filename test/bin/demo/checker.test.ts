import test from 'ava';
import fc from 'fast-check';
import {checkHistory, type ExpectedLane, isClean, type ObservedRecord} from '../../../bin/demo/checker.ts';

const expected: readonly ExpectedLane[] = [
	{lane: '0', ids: ['a0', 'a1', 'a2', 'a3']},
	{lane: '1', ids: ['b0', 'b1', 'b2']},
];

function log(partition: number, ids: string): readonly ObservedRecord[] {
	return ids
		.split(' ')
		.filter(Boolean)
		.map(id => ({partition, id}));
}

const perfect = [...log(0, 'a0 a1 a2 a3'), ...log(1, 'b0 b1 b2')];

test('each once and in order', t => {
	const report = checkHistory(expected, perfect);
	t.true(report.exactlyOnce);
	t.deepEqual(report.foreign, []);
	t.deepEqual(report.lanes[0], {
		lane: '0',
		expected: 4,
		found: 4,
		missing: [],
		repeated: [],
		disordered: [],
	});
	t.true(report.lanes.every(isClean));
});

test('lanes may share an output partition, and one lane may use several', t => {
	t.true(checkHistory(expected, [...log(0, 'a0 b0 a2 b1'), ...log(1, 'a1 a3 b2')]).exactlyOnce);
});

test('nothing expected, nothing there', t => {
	t.true(checkHistory([], []).exactlyOnce);
	t.true(checkHistory([{lane: '0', ids: []}], []).exactlyOnce);
});

const broken: Readonly<Record<string, {readonly log: readonly ObservedRecord[]; readonly lane: object}>> = {
	'a duplicate at once': {
		log: [...log(0, 'a0 a1 a1 a2 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 5, missing: [], repeated: ['a1'], disordered: []},
	},
	'a duplicate of a whole stretch': {
		log: [...log(0, 'a0 a1 a2 a1 a2 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 6, missing: [], repeated: ['a1', 'a2'], disordered: []},
	},
	'a duplicate in another output partition': {
		log: [...log(0, 'a0 a1 a2 a3'), ...log(1, 'a0 b0 b1 b2')],
		lane: {found: 5, missing: [], repeated: ['a0'], disordered: []},
	},
	'twice too many': {
		log: [...log(0, 'a0 a1 a2 a3 a3 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 6, missing: [], repeated: ['a3', 'a3'], disordered: []},
	},
	'a gap': {
		log: [...log(0, 'a0 a1 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 3, missing: ['a2'], repeated: [], disordered: []},
	},
	'a lost end': {
		log: [...log(0, 'a0 a1 a2'), ...log(1, 'b0 b1 b2')],
		lane: {found: 3, missing: ['a3'], repeated: [], disordered: []},
	},
	'a swap': {
		log: [...log(0, 'a0 a2 a1 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 4, missing: [], repeated: [], disordered: ['a1']},
	},
	'a gap and a duplicate that make up the right number': {
		log: [...log(0, 'a0 a1 a1 a3'), ...log(1, 'b0 b1 b2')],
		lane: {found: 4, missing: ['a2'], repeated: ['a1'], disordered: []},
	},
};

for (const [title, {log: observed, lane}] of Object.entries(broken)) {
	test(`reported: ${title}`, t => {
		const report = checkHistory(expected, observed);
		t.false(report.exactlyOnce);
		t.deepEqual(report.lanes[0], {lane: '0', expected: 4, ...lane} as (typeof report.lanes)[number]);
		t.deepEqual(report.lanes.map(isClean), [false, true]);
	});
}

test('reported: an output that nothing led to', t => {
	const report = checkHistory(expected, [...perfect, ...log(1, 'c7')]);
	t.false(report.exactlyOnce);
	t.deepEqual(report.foreign, ['c7']);
});

test('ids that cannot tell a duplicate are refused', t => {
	t.throws(() => checkHistory([{lane: '0', ids: ['a', 'a']}], []), {
		instanceOf: RangeError,
		message: /a is expected twice/,
	});
});

const perfectRuns = fc
	.array(fc.integer({min: 1, max: 12}), {minLength: 1, maxLength: 4})
	.map(sizes => sizes.map((size, lane) => Array.from({length: size}, (_, n) => `${lane}.${n}`)));

test('any one mistake in any history is reported', t => {
	const mistake = fc.constantFrom('drop', 'repeat', 'swap');
	fc.assert(
		fc.property(perfectRuns, mistake, fc.nat(), (runs, kind, at) => {
			const lanes = runs.map((ids, lane) => ({lane: String(lane), ids}));
			const observed = runs.flatMap((ids, partition) => ids.map(id => ({partition, id})));
			t.true(checkHistory(lanes, observed).exactlyOnce);
			const index = at % observed.length;
			const [record, next] = [observed[index], observed[index + 1]];
			if (!record) return;
			if (kind === 'drop') observed.splice(index, 1);
			else if (kind === 'repeat') observed.splice(at % (index + 1), 0, record);
			else if (next && next.partition === record.partition) observed.splice(index, 2, next, record);
			else return;
			t.false(checkHistory(lanes, observed).exactlyOnce);
		}),
	);
});
