import test from 'ava';
import {faultPlan} from './fault-plan.ts';

const options = {processes: 8, sessionTimeout: 2000, span: 12_000, count: 14};

test('a seed says the whole plan', t => {
	t.deepEqual(faultPlan(7, options), faultPlan(7, options));
	t.notDeepEqual(faultPlan(7, options), faultPlan(8, options));
});

test('every kind comes, in the order of time', t => {
	for (let seed = 1; seed <= 20; seed++) {
		const {faults, slowClock} = faultPlan(seed, options);
		t.is(new Set(faults.map(({fault}) => fault.kind)).size, 8);
		t.deepEqual(
			faults,
			faults.toSorted((a, b) => a.at - b.at),
		);
		t.true(slowClock.process < options.processes && slowClock.rate >= 0.75 && slowClock.rate < 1);
	}
});
