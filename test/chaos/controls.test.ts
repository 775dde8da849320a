import anyTest, {type TestFn} from 'ava';
import type {TestingCluster} from '../../lib/testing/index.ts';
import {type ChaosOptions, chaosRun} from './chaos-run.ts';
import type {Rule} from './judge.ts';
import {startCluster} from './start-cluster.ts';

/*
 * The checks would notice: locks that lack one precaution each, and the recipes where their assumption does not hold, break the rule that the precaution is for. Fewer
 * processes and only the faults that matter, so that each is found within a few seeds.
 */
const test = anyTest as TestFn<{cluster: TestingCluster}>;
const seeds = 8;

test.before(async t => {
	t.context.cluster = await startCluster();
});
test.after.always(async t => t.context.cluster?.close());

type Setting = Omit<ChaosOptions, 'cluster' | 'seed' | 'processes' | 'endsAt'>;

const isFound = test.macro(async (t, broken: readonly Rule[], setting: Setting) => {
	t.timeout(280_000);
	const {cluster} = t.context;
	for (let seed = 1; seed <= seeds; seed++) {
		const {violations, counts} = await chaosRun({cluster, seed, processes: 4, endsAt: broken, ...setting});
		const found = broken.map(wanted => violations.find(({rule}) => rule === wanted));
		if (found.includes(undefined)) continue;
		t.log(`seed ${seed}, ${counts.held} leases`, ...found);
		t.pass();
		return;
	}
	t.fail(`${broken.join(', ')} was not found broken in ${seeds} seeds`);
});

test.serial('a lock that takes its znode of an earlier session for its own', isFound, ['mutual exclusion', 'fencing'], {
	subjects: ['ownerless'],
	kinds: ['mute'],
	faults: 10,
});
test.serial('a lease without a clock of its own', isFound, ['mutual exclusion'], {
	subjects: ['clockless'],
	kinds: ['partition', 'freeze'],
	faults: 10,
});
test.serial('a mutex in processes whose clocks run slower than the margin tolerates', isFound, ['mutual exclusion'], {
	subjects: ['mutex'],
	kinds: ['partition'],
	faults: 10,
	clockRate: 0.45,
});
test.serial('a semaphore that counts without its guard', isFound, ['permit count'], {
	subjects: ['unguarded'],
	faults: 0,
});
test.serial('a writer that does not look at readers', isFound, ['reader-writer'], {
	subjects: ['reader-blind'],
	faults: 0,
});
test.serial('a lock that goes to whoever is quickest', isFound, ['first come'], {subjects: ['barging'], faults: 0});
test.serial('the lock that the controls are made from excludes when it lacks nothing', async t => {
	t.timeout(120_000);
	const {cluster} = t.context;
	const kinds = ['mute', 'partition', 'freeze'] as const;
	const {violations} = await chaosRun({
		cluster,
		seed: 1,
		processes: 4,
		subjects: ['textbook'],
		kinds,
		faults: 6,
		span: 5000,
	});
	t.deepEqual(
		violations.filter(({rule}) => rule === 'mutual exclusion' || rule === 'settling'),
		[],
	);
});
