import {setTimeout as sleep} from 'node:timers/promises';
import {AbortedError} from '../../lib/index.ts';
import {abortable} from '../../lib/util/abortable.ts';
import {deferred} from '../../lib/util/deferred.ts';
import type {Report} from './messages.ts';
import {monotonicMicros} from './monotonic.ts';
import type {Screen} from './screen.ts';
import type {Tally} from './tally.ts';
import type {Target} from './target.ts';
import type {StartWorker} from './worker-process.ts';
import type {TimedWorkload} from './workload.ts';

export type RunOptions<Kind> = {
	readonly workload: Kind;
	readonly target: Target;
	readonly tally: Tally;
	readonly startWorker: StartWorker;
	readonly screen: Screen;
	readonly signal: AbortSignal;
};

/**
 * Runs everything but an election for its time.
 *
 * @returns the seconds that were measured, fewer than were asked for after an abort
 * @throws {BenchError} when a worker fails; what the others measured until then is in the tally
 */
export async function runTimed(options: RunOptions<TimedWorkload>): Promise<number> {
	const {workload, target, tally, startWorker, screen, signal} = options;
	const {connectString, folder, security} = target;
	const {duration, warmUp} = workload;
	const failure = deferred<never>();
	failure.promise.catch(() => {});
	const onReport = (report: Report): void => {
		if (report.kind === 'samples') tally.addAll(report.samples);
		else if (report.kind === 'error') tally.error(report.code, report.message);
		else if (report.kind === 'lost') tally.lost();
		else if (report.kind === 'requests') tally.requests(report.count, report.roundTrips);
	};
	const workers = sharesOf(workload).map(contenders =>
		startWorker({connectString, security, folder, workload, contenders}, onReport, failure.reject),
	);
	let start: number | undefined;
	try {
		await Promise.all(workers.map(async worker => worker.ready(signal)));
		const at = monotonicMicros() + warmUp * 1000;
		start = at;
		for (const worker of workers) worker.send({kind: 'start', at});
		screen.show(() => {
			const now = monotonicMicros() - at;
			return {share: now / 1000 / duration, remaining: duration - now / 1000, ...tally.progress(now)};
		});
		const isOver = sleep(warmUp + duration, undefined, {signal}).catch(() => {});
		await abortable(Promise.race([isOver, failure.promise]), signal, reason => new AbortedError('measure', reason));
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		screen.stop();
		await Promise.all(workers.map(async worker => worker.stop()));
	}
	const elapsed = start === undefined ? 0 : (monotonicMicros() - start) / 1e6;
	return Math.max(0, Math.min(duration / 1000, elapsed));
}

/** Which contenders each process plays. */
function sharesOf(workload: TimedWorkload): readonly (readonly number[])[] {
	const {processes} = workload;
	const contenders = workload.kind === 'raw' ? processes : workload.contenders;
	return Array.from({length: processes}, (_, process) =>
		Array.from({length: contenders}, (__, contender) => contender).filter(
			contender => contender % processes === process,
		),
	);
}
