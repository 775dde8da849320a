import {setTimeout as sleep} from 'node:timers/promises';
import {AbortedError} from '../../lib/index.ts';
import {abortable} from '../../lib/util/abortable.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {BenchError} from './bench-error.ts';
import {latchPath} from './campaign.ts';
import {formatDuration} from './duration.ts';
import type {Report} from './messages.ts';
import {monotonicMicros} from './monotonic.ts';
import type {RunOptions} from './run-timed.ts';
import type {Worker} from './worker-process.ts';
import type {ElectionWorkload} from './workload.ts';

const resigned = 0;
const killed = 1;
/** Milliseconds to let everybody line up before the leader goes. */
const settling = 100;
/** Milliseconds beyond three session timeouts until a leader is given up. */
const patience = 10_000;

type Leading = {readonly contender: number; readonly at: number};

/** The parent's part of an election: knows the leader, and takes it away. */
class Election implements AsyncDisposable {
	readonly #options: RunOptions<ElectionWorkload>;
	readonly #workers = new Map<number, Worker>();
	readonly #failure: Deferred<never> = deferred();
	#leading: Deferred<Leading> = deferred();
	#resigned: Deferred<number> = deferred();

	constructor(options: RunOptions<ElectionWorkload>) {
		this.#options = options;
		this.#failure.promise.catch(() => {});
	}

	async enlist(contender: number): Promise<void> {
		const {target, workload, startWorker, signal} = this.#options;
		const {connectString, security, folder} = target;
		const worker = startWorker(
			{connectString, security, folder, workload, contenders: [contender]},
			report => this.#onReport(contender, report),
			this.#failure.reject,
		);
		this.#workers.set(contender, worker);
		await worker.ready(signal);
		worker.send({kind: 'start', at: 0});
	}

	async leader(): Promise<Leading> {
		return this.#within(this.#leading.promise);
	}

	/** The leader resigns: resolves with the next one and the microseconds that there was none. */
	async resign(leader: Leading): Promise<{readonly next: Leading; readonly took: number}> {
		this.#leading = deferred();
		this.#resigned = deferred();
		this.#workers.get(leader.contender)?.send({kind: 'resign'});
		const left = await this.#within(this.#resigned.promise);
		const next = await this.leader();
		return {next, took: next.at - left};
	}

	/** The leader is killed, and somebody else takes its place in the queue. */
	async kill(leader: Leading): Promise<{readonly next: Leading; readonly took: number}> {
		this.#leading = deferred();
		const left = monotonicMicros();
		await this.#workers.get(leader.contender)?.kill();
		const [next] = await Promise.all([this.leader(), this.enlist(leader.contender)]);
		return {next, took: next.at - left};
	}

	/** Waits until all who want to lead are in the queue. */
	async settle(): Promise<void> {
		const {target, workload, signal} = this.#options;
		// Not by our recipe, which does not know the znodes of every other.
		const isComplete = async (): Promise<boolean> =>
			(await target.client.children(latchPath(target.folder), {signal})).children.length === workload.contenders;
		const settled = async (): Promise<void> => {
			do await sleep(settling, undefined, {signal});
			while (!(await isComplete()));
		};
		await this.#within(settled());
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([...this.#workers.values()].map(async worker => worker.stop()));
	}

	#onReport(contender: number, report: Report): void {
		const {tally} = this.#options;
		if (report.kind === 'leading') this.#leading.resolve({contender, at: report.at});
		else if (report.kind === 'resigned') this.#resigned.resolve(report.at);
		else if (report.kind === 'error') tally.error(report.code, report.message);
		else if (report.kind === 'lost') tally.lost();
	}

	async #within<T>(work: Promise<T>): Promise<T> {
		const {workload, signal} = this.#options;
		const limit = 3 * workload.sessionTimeout + patience;
		const late = new BenchError('NO_LEADER', `nobody led for ${formatDuration(limit)}`);
		const expired = deferred<never>();
		const timer = setTimeout(() => expired.reject(late), limit);
		try {
			const race = Promise.race([work, this.#failure.promise, expired.promise]);
			return await abortable(race, signal, reason => new AbortedError('measure', reason));
		} finally {
			clearTimeout(timer);
		}
	}
}

/** Runs all rounds, the quick ones first. @returns the seconds it took @throws {BenchError} with what was measured until then in the tally */
export async function runElection(options: RunOptions<ElectionWorkload>): Promise<number> {
	const {workload, tally, screen, signal} = options;
	const {contenders, rounds, kills} = workload;
	let start = monotonicMicros();
	const now = (): number => monotonicMicros() - start;
	let done = 0;
	try {
		await using election = new Election(options);
		await Promise.all(Array.from({length: contenders}, async (_, contender) => election.enlist(contender)));
		screen.show(() => ({share: done / (rounds + kills), remaining: undefined, ...tally.progress(now())}));
		let leader = await election.leader();
		start = monotonicMicros();
		for (; done < rounds + kills; done++) {
			await election.settle();
			const isKill = done >= rounds;
			const {next, took} = await (isKill ? election.kill(leader) : election.resign(leader));
			tally.add({series: isKill ? killed : resigned, contender: next.contender, at: now(), took});
			leader = next;
		}
	} catch (error) {
		if (!signal.aborted) throw error;
	}
	return now() / 1e6;
}
