import {setTimeout as sleep} from 'node:timers/promises';
import type {TestingCluster} from '../../lib/testing/index.ts';
import type {ChaosWorker} from './chaos-worker.ts';
import type {Fault, Lost, Victim} from './fault-plan.ts';

export type Stage = {
	readonly cluster: TestingCluster;
	readonly workers: readonly ChaosWorker[];
	/** Milliseconds. */
	readonly sessionTimeout: number;
	/** The numbers of the processes that hold something now. */
	holders(): readonly number[];
	/** The session is about to be ended by hand. */
	expiring(session: bigint): void;
	tell(what: string): void;
};

const choosingPause = 10;

/** Does to a run what its plan says. Faults may overlap; a leader is killed only while all servers run. */
export class FaultInjector {
	readonly #stage: Stage;
	#isLeaderDown = false;

	constructor(stage: Stage) {
		this.#stage = stage;
	}

	/** Settles when the fault is over. */
	async inject(fault: Fault): Promise<void> {
		if (fault.kind === 'kill leader') return this.#killLeader(fault.duration);
		const number = await this.#choose(fault.victim);
		const worker = this.#stage.workers[number] as ChaosWorker;
		const {victim, ...told} = fault;
		this.#stage.tell(`process ${number}${victim.holder ? ', a holder' : ''}: ${JSON.stringify(told)}`);
		// What it holds it is to hold when the fault strikes, and after it.
		const duration = 'duration' in fault ? fault.duration : 0;
		worker.tell({type: 'linger', milliseconds: duration + this.#stage.sessionTimeout / 2});
		switch (fault.kind) {
			case 'partition':
				return this.#partition(worker, fault);
			case 'mute':
				for (const proxy of worker.proxies) proxy.pause('downstream');
				await sleep(fault.duration);
				for (const proxy of worker.proxies) proxy.resume('downstream');
				return;
			case 'freeze': {
				await using frozen = worker.freeze();
				await frozen.frozen;
				await sleep(fault.duration);
				return;
			}
			case 'expire':
				return this.#expire(worker);
			case 'reset':
				for (const proxy of worker.proxies) proxy.reset();
				return;
			case 'drop':
			case 'cut':
				return this.#lose(worker, fault.kind, fault.lost);
		}
	}

	/** There may be no holder for a while, as when the one whose turn it is has died. */
	async #choose({holder, choice}: Victim): Promise<number> {
		const {workers, sessionTimeout} = this.#stage;
		for (let waited = 0; holder && waited < sessionTimeout; waited += choosingPause) {
			const holders = this.#stage.holders();
			const chosen = holders[Math.floor(choice * holders.length)];
			if (chosen !== undefined) return chosen;
			await sleep(choosingPause);
		}
		return Math.floor(choice * workers.length);
	}

	async #killLeader(downtime: number): Promise<void> {
		if (this.#isLeaderDown) return;
		this.#isLeaderDown = true;
		const leader = await this.#stage.cluster.leader();
		this.#stage.tell(`the leader is killed for ${downtime} ms`);
		await leader.kill();
		await sleep(downtime);
		await leader.restart();
		this.#stage.tell('it is back');
		this.#isLeaderDown = false;
	}

	async #partition(worker: ChaosWorker, {from, duration}: Extract<Fault, {kind: 'partition'}>): Promise<void> {
		// The one that it is connected to, in any case.
		const proxies = worker.proxies.filter(({connections}) => from === 'all' || connections > 0);
		for (const proxy of proxies) proxy.blackhole();
		await sleep(duration);
		await Promise.all(proxies.map(async proxy => proxy.restore()));
	}

	async #expire(worker: ChaosWorker): Promise<void> {
		const {session} = worker;
		const modes = await Promise.all(this.#stage.cluster.servers.map(async server => server.mode()));
		const server = this.#stage.cluster.servers.find((_, index) => modes[index] !== undefined);
		if (!session || !server) return;
		this.#stage.expiring(session.id);
		// It may have ended by itself, or the server may be gone by now.
		await server.killSession(session.id, session.password).catch(() => undefined);
	}

	async #lose(worker: ChaosWorker, kind: 'drop' | 'cut', {side, operation}: Lost): Promise<void> {
		const match = side === 'reply' ? ({reply: operation} as const) : ({request: operation} as const);
		const rules = worker.proxies.map(proxy => (kind === 'drop' ? proxy.drop(match) : proxy.resetOn(match)));
		await Promise.race([...rules.map(async rule => rule.arrived), sleep(this.#stage.sessionTimeout)]);
		for (const rule of rules) rule.remove();
	}
}
