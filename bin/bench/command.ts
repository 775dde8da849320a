import {accessSync, constants} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {availableParallelism, cpus, loadavg, totalmem} from 'node:os';
import path from 'node:path';
import {isCoordinationError} from '../../lib/index.ts';
import {TestingError} from '../../lib/testing/index.ts';
import {Interruption} from '../interruption.ts';
import {BenchError} from './bench-error.ts';
import {formatDuration} from './duration.ts';
import {readEarlierResult} from './earlier-result.ts';
import {benchHelp} from './help.ts';
import {type BenchOptions, parseBenchOptions} from './options.ts';
import {openCrew} from './peers/open-crew.ts';
import {renderPage} from './report/page.ts';
import type {BenchResult} from './result.ts';
import {runElection} from './run-election.ts';
import {runTimed} from './run-timed.ts';
import {type Screen, screenFor} from './screen.ts';
import {readSecurity, securitySettings} from './security.ts';
import {renderSummary} from './summary.ts';
import {Tally} from './tally.ts';
import {Target} from './target.ts';
import type {Workload} from './workload.ts';

/** `docent bench`: resolves to the exit code. Everything it started is gone by then. */
export async function bench(args: readonly string[]): Promise<number> {
	try {
		const request = parseBenchOptions(args);
		if (request.kind === 'run') return await measure(request.options);
		process.stdout.write(`${benchHelp}\n`);
		return 0;
	} catch (error) {
		process.stderr.write(`docent bench: ${describe(error)}\n`);
		const isUsage = error instanceof BenchError && error.code === 'USAGE';
		return isUsage || isCoordinationError(error, 'INVALID_ARGUMENT') ? 2 : 1;
	}
}

async function measure(options: BenchOptions): Promise<number> {
	const before = options.compare === undefined ? undefined : readEarlierResult(options.compare, options.workload.kind);
	if (options.report !== undefined) requireWritable(options.report);
	using interruption = new Interruption();
	const {signal} = interruption;
	using screen = screenFor(process.stderr);
	try {
		const {result, failure} = await run(options, screen, signal);
		screen.stop();
		await publish(result, before, options);
		if (failure !== undefined) throw failure;
		if (!signal.aborted && result.series.every(({count}) => count === 0))
			throw new BenchError('NOTHING_MEASURED', 'nothing was measured: every call failed or none ended in time');
	} catch (error) {
		if (!signal.aborted) throw error;
	}
	if (!signal.aborted) return 0;
	process.stderr.write(`docent bench: ended by ${signal.reason}; nothing is left running\n`);
	return interruption.exitCode;
}

/** Measures; a failure on the way comes with what was measured before it. */
async function run(
	{workload, connectString, peer, security: securityOptions}: BenchOptions,
	screen: Screen,
	signal: AbortSignal,
): Promise<{readonly result: BenchResult; readonly failure: unknown}> {
	const security = readSecurity(securityOptions, process.env);
	await using crew = await openCrew(peer, security, {signal, onProgress: message => screen.say(message)});
	screen.say(
		connectString === undefined ? 'a ZooKeeper server starts on this machine' : `connecting to ${connectString}`,
	);
	const onWarning = (message: string): void => screen.say(`docent bench: ${message}`);
	await using target = await Target.open({connectString, security, workload, signal, onWarning});
	const tally = new Tally(workload);
	const startedAt = new Date().toISOString();
	const options = {target, tally, startWorker: crew.start, screen, signal};
	let seconds = 0;
	let failure: unknown;
	try {
		seconds = await (workload.kind === 'election'
			? runElection({workload, ...options})
			: runTimed({workload, ...options}));
		if (!signal.aborted) target.requireConnection();
	} catch (error) {
		failure = error;
	}
	const result: BenchResult = {
		format: 1,
		workload: workload.kind,
		client: crew.name,
		settings: {...settingsOf(workload), ...securitySettings(security)},
		target: target.name,
		startedAt,
		seconds,
		ended: failure ? 'failed' : signal.aborted ? 'interrupted' : 'complete',
		machine: machine(),
		roundTrip: target.roundTrip,
		...tally.measured(),
	};
	return {result, failure};
}

async function publish(
	result: BenchResult,
	before: BenchResult | undefined,
	{json, report}: BenchOptions,
): Promise<void> {
	process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${renderSummary(result, before).join('\n')}\n`);
	if (report === undefined) return;
	try {
		await writeFile(report, renderPage(result, before));
	} catch (error) {
		throw new BenchError('NOT_WRITTEN', `--report ${report}: ${(error as Error).message}`, {cause: error});
	}
	process.stderr.write(`the report is in ${report}\n`);
}

/** Better told before the measurement than after it. */
function requireWritable(report: string): void {
	try {
		accessSync(path.dirname(path.resolve(report)), constants.W_OK);
	} catch (error) {
		throw new BenchError('USAGE', `--report ${report}: ${(error as Error).message}`, {cause: error});
	}
}

const timeNames = new Set(['hold', 'duration', 'warmUp', 'sessionTimeout']);
const unshown = new Set(['kind', 'connectTimeout']);

/** As they would be written on the command line. */
function settingsOf(workload: Workload): Readonly<Record<string, string>> {
	const entries = Object.entries(workload)
		.filter(([name]) => !unshown.has(name))
		.map(([name, value]) => [
			name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`),
			timeNames.has(name) ? formatDuration(Number(value)) : String(value),
		]);
	return Object.fromEntries(entries);
}

function machine(): string {
	const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
	const load = loadavg()[0]?.toFixed(1) ?? '?';
	const model = cpus()[0]?.model.trim() ?? 'unknown processor';
	return `${availableParallelism()} × ${model}, ${memory}, load ${load} at the end, Node.js ${process.versions.node}`;
}

/** What the person at the keyboard can act on is said in one line; anything else with its stack. */
function describe(error: unknown): string {
	const isKnown = error instanceof BenchError || error instanceof TestingError || isCoordinationError(error);
	if (isKnown) return error.message;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
