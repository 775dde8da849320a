import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ChaosReport} from './chaos-run.ts';

/** Writes a run's events to a file, one JSON object a line, what is wrong with them first, and tells where it is and how to run the same plan again. */
export async function saveHistory(seed: number, {history, violations}: ChaosReport): Promise<string> {
	const file = join(tmpdir(), `docent-chaos-seed-${seed}-${process.pid}-${Date.now()}.jsonl`);
	const inOrder = history.toSorted((a, b) => a.at - b.at);
	const lines = [...violations, ...inOrder].map(each =>
		JSON.stringify(each, (_, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value)),
	);
	await writeFile(file, `${lines.join('\n')}\n`);
	const what = violations.map(violation => `${violation.rule} ${violation.resource}: ${violation.what}`);
	return `${what.join('\n')}\nhistory: ${file}\nagain: npm run test:chaos -- --seed ${seed}`;
}
