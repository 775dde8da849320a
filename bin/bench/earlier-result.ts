import {readFileSync} from 'node:fs';
import {BenchError} from './bench-error.ts';
import type {BenchResult} from './result.ts';
import type {Workload} from './workload.ts';

/** Reads what `--json` has written. @throws {BenchError} `USAGE` */
export function readEarlierResult(file: string, kind: Workload['kind']): BenchResult {
	const result = parse(file);
	if (!isResult(result))
		throw new BenchError('USAGE', `--compare ${file}: this is no result that docent bench --json has written`);
	if (result.workload !== kind)
		throw new BenchError(
			'USAGE',
			`--compare ${file}: this is a result of docent bench ${result.workload}, not ${kind}`,
		);
	return result;
}

function parse(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		const reason = error instanceof SyntaxError ? 'it holds no JSON' : (error as Error).message;
		throw new BenchError('USAGE', `--compare ${file}: ${reason}`, {cause: error});
	}
}

function isResult(value: unknown): value is BenchResult {
	return (
		typeof value === 'object' &&
		value !== null &&
		'format' in value &&
		value.format === 1 &&
		'workload' in value &&
		'series' in value &&
		Array.isArray(value.series)
	);
}
