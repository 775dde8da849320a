import test from 'ava';
import {chaosRun} from './chaos-run.ts';
import {saveHistory} from './save-history.ts';
import {recipes} from './subjects.ts';
import {startCluster} from './start-cluster.ts';

/** `npm run test:chaos` runs twenty. */
const seeds = [1, 2];

test('8 processes under mutexes, latches, read-write locks and semaphores keep every rule through faults that meet', async t => {
	t.timeout(300_000);
	await using cluster = await startCluster();
	for (const seed of seeds) {
		const report = await chaosRun({cluster, seed, subjects: recipes});
		const {held, lost, refused} = report.counts;
		t.log(`seed ${seed}: ${held} leases, ${lost} of them lost, ${refused} late writes refused`);
		if (report.violations.length > 0) t.fail(await saveHistory(seed, report));
	}
	t.pass();
});
