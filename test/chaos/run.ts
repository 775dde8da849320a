import {parseArgs} from 'node:util';
import {chaosRun} from './chaos-run.ts';
import {saveHistory} from './save-history.ts';
import {startCluster} from './start-cluster.ts';
import {recipes} from './subjects.ts';

/* `npm run test:chaos`: seeds 1 to 20; `--seeds M`: 1 to M; `--seed N`: that one. */
const {values} = parseArgs({options: {seed: {type: 'string'}, seeds: {type: 'string', default: '20'}}});
const wrong = Object.entries(values).find(([, value]) => !/^\d{1,9}$/.test(value));
if (wrong) {
	console.error(`--${wrong[0]} takes a whole number, not ${JSON.stringify(wrong[1])}`);
	process.exit(2);
}
const seeds =
	values.seed === undefined
		? Array.from({length: Number(values.seeds)}, (_, index) => index + 1)
		: [Number(values.seed)];
await using cluster = await startCluster();
let broken = 0;
for (const seed of seeds) {
	const report = await chaosRun({cluster, seed, subjects: recipes});
	const {counts, violations, milliseconds} = report;
	const seconds = (milliseconds / 1000).toFixed(1);
	const verdict = violations.length === 0 ? 'no rule broken' : `${violations.length} VIOLATIONS`;
	console.log(
		`seed ${seed}: ${verdict}; ${counts.held} leases, ${counts.lost} lost, ${counts.refused} late writes refused, ${seconds} s`,
	);
	if (violations.length === 0) continue;
	broken++;
	console.log(await saveHistory(seed, report));
}
console.log(`${seeds.length - broken} of ${seeds.length} seeds without a violation`);
process.exitCode = broken === 0 ? 0 : 1;
