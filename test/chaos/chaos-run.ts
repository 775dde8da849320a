import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, connect, isCoordinationError, joinPath} from '../../lib/index.ts';
import {FaultProxy, type TestingCluster} from '../../lib/testing/index.ts';
import {ChaosWorker} from './chaos-worker.ts';
import {FaultInjector} from './fault-injector.ts';
import {type FaultKind, faultPlan} from './fault-plan.ts';
import {type ChaosEvent, tenures} from './history.ts';
import {judge, type LockKind, type Rule, type Violation} from './judge.ts';
import {now} from './now.ts';
import {kindOf, type SubjectName} from './subjects.ts';
import type {WorkerMessage} from './worker-orders.ts';

export type ChaosOptions = {
	readonly cluster: TestingCluster;
	readonly seed: number;
	readonly subjects: readonly SubjectName[];
	/** @default 8 */
	readonly processes?: number;
	/** How many faults there are. @default 14 */
	readonly faults?: number;
	/** @default all of them */
	readonly kinds?: readonly FaultKind[];
	/** Milliseconds in which they begin. @default 12_000 */
	readonly span?: number;
	/** How fast the clocks of all processes run, instead of what the seed says of one; their leases have the default margin. */
	readonly clockRate?: number;
	/** Ends the run when these rules are found broken, for runs that are to break them. */
	readonly endsAt?: readonly Rule[];
};

export type ChaosReport = {
	readonly history: readonly ChaosEvent[];
	readonly violations: readonly Violation[];
	/** How many leases there were whose holder could act; how many were lost, and writes refused. */
	readonly counts: {readonly held: number; readonly lost: number; readonly refused: number};
	readonly milliseconds: number;
};

/** Longer than the shortest that the servers allow, so that a busy machine ends no session. */
const sessionTimeout = 2000;
const settlingTime = 60_000;
const judgePause = 500;

/** One run: processes compete, faults strike, all are healed, everybody takes one more lap, and the history is judged. */
export async function chaosRun(options: ChaosOptions): Promise<ChaosReport> {
	const run = new ChaosRun(options);
	try {
		return await run.run();
	} finally {
		await run.close();
	}
}

class ChaosRun {
	readonly #options: ChaosOptions;
	readonly #root = `/chaos-${randomUUID()}`;
	readonly #resources: Readonly<Record<string, LockKind>>;
	readonly #history: ChaosEvent[] = [];
	readonly #workers: ChaosWorker[] = [];
	/** Requests that hold a lease, and whose. */
	readonly #held = new Map<string, number>();
	readonly #newest = new Map<string, bigint>();
	readonly #processOf = new Map<string, number>();
	readonly #violations: Violation[] = [];
	#isOver = false;

	constructor(options: ChaosOptions) {
		this.#options = options;
		this.#resources = Object.fromEntries(options.subjects.map(name => [name, kindOf[name]]));
	}

	async run(): Promise<ChaosReport> {
		const startedAt = now();
		const {seed, cluster, processes = 8, span = 12_000, faults: count = 14, kinds, endsAt} = this.#options;
		const {faults, slowClock} = faultPlan(seed, {processes, sessionTimeout, span, count, kinds});
		for (let process = 0; process < processes; process++) await this.#hire(process, slowClock);
		await Promise.all(this.#workers.map(async ({ready}) => ready));
		for (const worker of this.#workers) worker.tell({type: 'start'});
		const injector = new FaultInjector({
			cluster,
			workers: this.#workers,
			sessionTimeout,
			holders: () => [...new Set(this.#held.values())],
			expiring: session => this.#history.push({type: 'expired', at: now(), session}),
			tell: what => this.#history.push({type: 'fault', at: now(), what}),
		});
		const injected = faults.map(async ({at, fault}) => {
			await sleep(at);
			if (!this.#isOver) await injector.inject(fault);
		});
		const isFound = endsAt !== undefined && (await this.#breaks(endsAt, span));
		this.#isOver = isFound;
		await Promise.all(injected);
		if (!isFound) await this.#settle();
		this.#isOver = true;
		const violations = [...judge(this.#history, this.#resources), ...this.#violations];
		return {history: this.#history, violations, counts: this.#counts(), milliseconds: now() - startedAt};
	}

	async #hire(process: number, slowClock: {readonly process: number; readonly rate: number}): Promise<void> {
		const {seed, subjects, cluster, clockRate} = this.#options;
		const starts = cluster.servers.map(async ({connectString: target}) =>
			FaultProxy.start({target, protocol: 'zookeeper'}),
		);
		const isSlow = process === slowClock.process;
		const orders = {
			seed,
			process,
			root: this.#root,
			subjects,
			sessionTimeout,
			clockRate: clockRate ?? (isSlow ? slowClock.rate : 1),
			leaseMargin: isSlow && clockRate === undefined ? sessionTimeout / 2 : undefined,
		};
		this.#workers.push(new ChaosWorker(orders, await Promise.all(starts), message => this.#hear(message)));
	}

	#hear(message: WorkerMessage): void {
		if (message.type === 'write') {
			const {resource, request, token} = message;
			const accepted = token >= (this.#newest.get(resource) ?? 0n);
			if (accepted) this.#newest.set(resource, token);
			this.#history.push({type: 'written', at: now(), request, token, accepted});
		} else if (message.type === 'event') {
			const {event} = message;
			this.#history.push(event);
			if (event.type === 'asked') this.#processOf.set(event.request, event.process);
			else if (event.type === 'acquired') this.#held.set(event.request, this.#processOf.get(event.request) ?? 0);
			else if (event.type === 'ended') {
				this.#held.delete(event.request);
				this.#processOf.delete(event.request);
			}
		}
	}

	/** Looks again and again while faults begin. */
	async #breaks(wanted: readonly Rule[], span: number): Promise<boolean> {
		for (const end = now() + span; now() < end; await sleep(judgePause)) {
			const broken = new Set(judge(this.#history, this.#resources).map(({rule}) => rule));
			if (wanted.every(rule => broken.has(rule))) return true;
		}
		return false;
	}

	/** After the faults: everybody gets everything once more, nobody is left waiting, and nothing is left behind. */
	async #settle(): Promise<void> {
		for (const worker of this.#workers) worker.tell({type: 'finish'});
		const exited = Promise.all(this.#workers.map(async worker => worker.exited));
		await Promise.race([exited, sleep(settlingTime, undefined, {ref: false})]);
		for (const {failure} of this.#workers) if (failure) this.#violate('', failure);
		if (this.#workers.some(({isRunning}) => isRunning)) {
			const waiting = [...this.#processOf.keys()].join(', ');
			this.#violate('', `${settlingTime} ms after the last fault there are still ${waiting}`);
			return;
		}
		await using client = await connect(this.#options.cluster.connectString);
		let left = await ephemeralsBelow(client, this.#root);
		// A session that its client gave up is ended by the servers in their own time.
		for (const end = now() + 5 * sessionTimeout; left.length > 0 && now() < end; await sleep(judgePause))
			left = await ephemeralsBelow(client, this.#root);
		for (const path of left) this.#violate('', `${path} is left behind`);
	}

	#violate(resource: string, what: string): void {
		this.#violations.push({rule: 'settling', resource, what});
	}

	#counts(): ChaosReport['counts'] {
		const lost = this.#history.filter(event => event.type === 'ended' && event.how.startsWith('lost'));
		const refused = this.#history.filter(event => event.type === 'written' && !event.accepted);
		return {held: tenures(this.#history).length, lost: lost.length, refused: refused.length};
	}

	async close(): Promise<void> {
		this.#isOver = true;
		await Promise.all(this.#workers.map(async worker => worker.close()));
	}
}

async function ephemeralsBelow(client: Client, path: string): Promise<readonly string[]> {
	try {
		const {children, stat} = await client.children(path);
		const below = await Promise.all(children.map(async name => ephemeralsBelow(client, joinPath(path, name))));
		return [...(stat.ephemeralOwner === 0n ? [] : [path]), ...below.flat()];
	} catch (error) {
		// A container that is empty goes by itself.
		if (isCoordinationError(error, 'NO_NODE')) return [];
		throw error;
	}
}
