import {setTimeout as sleep} from 'node:timers/promises';
import type {Cancellable} from '../util/cancellable.ts';
import {checkInteger, throwIfAborted} from './check-options.ts';
import {freePorts} from './free-port.ts';
import {TestingError} from './testing-error.ts';
import {TestingServer, type TestingServerOptions} from './testing-server.ts';

export type TestingClusterOptions = Omit<TestingServerOptions, 'dataDir' | 'port' | 'serverId'> & {
	/** How many servers, from 1 to 9. @default 3 */
	readonly size?: number;
	/**
	 * Whether `client.reconfig` can change the ensemble: `reconfigEnabled`, and members whose lines tell the client's address. Who may do so is ZooKeeper's affair: the superuser, or everybody
	 * with the property `skipACL: 'yes'`. @default false
	 */
	readonly reconfigurable?: boolean;
};

const LEADER_POLL = 50;
const LEADER_TIMEOUT = 30_000;

/**
 * An ensemble of real ZooKeeper servers. Each member is a {@link TestingServer}: stop, kill, freeze and restart them one by one.
 *
 * ```ts
 * await using cluster = await TestingCluster.start();
 * const leader = await cluster.leader();
 * leader.freeze();
 * ```
 */
export class TestingCluster implements AsyncDisposable {
	/** The members, in the order of their ids, which start at 1. */
	readonly servers: readonly TestingServer[];

	private constructor(servers: readonly TestingServer[]) {
		this.servers = servers;
	}

	/**
	 * Starts all members and waits until each of them serves.
	 *
	 * @throws as {@link TestingServer.start}; the members that did start are gone by then
	 */
	static async start({
		size = 3,
		reconfigurable = false,
		...options
	}: TestingClusterOptions = {}): Promise<TestingCluster> {
		checkInteger('size', size, 1, 9);
		const ports = await freePorts(3 * size);
		const ids = Array.from({length: size}, (_, index) => index + 1);
		const portOf = (id: number, kind: 0 | 1 | 2): number => ports[3 * (id - 1) + kind] ?? 0;
		const clientOf = (id: number): string => (reconfigurable ? `;127.0.0.1:${portOf(id, 0)}` : '');
		const members = ids.map(
			id => [`server.${id}`, `127.0.0.1:${portOf(id, 1)}:${portOf(id, 2)}${clientOf(id)}`] as const,
		);
		// Patient members: on a busy machine one may start seconds after the others.
		const patience = {initLimit: 40, syncLimit: 20};
		const settings = reconfigurable ? {reconfigEnabled: true, standaloneEnabled: false} : {};
		const isAlone = size === 1 && !reconfigurable;
		const ensemble = isAlone ? {} : {...patience, ...settings, ...Object.fromEntries(members)};
		const starts = ids.map(async id => {
			const properties = {...ensemble, ...options.properties};
			return TestingServer.start({...options, serverId: id, port: portOf(id, 0), properties});
		});
		const outcomes = await Promise.allSettled(starts);
		const servers = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []));
		const cluster = new TestingCluster(servers);
		const failed = outcomes.find(outcome => outcome.status === 'rejected');
		if (!failed) return cluster;
		await cluster.close();
		throw failed.reason;
	}

	/** The addresses of all members, `127.0.0.1:PORT,…`, whether they run or not. */
	get connectString(): string {
		return this.servers.map(server => server.connectString).join(',');
	}

	/**
	 * The member that leads now; waits for an election that is under way.
	 *
	 * @throws {TestingError} `NO_LEADER` if there is none within 30 s
	 * @throws {AbortedError} by the signal
	 */
	async leader({signal}: Cancellable = {}): Promise<TestingServer> {
		const deadline = performance.now() + LEADER_TIMEOUT;
		for (;;) {
			throwIfAborted(signal, 'waiting for a leader');
			const modes = await Promise.all(this.servers.map(async server => server.mode()));
			const leader = this.servers[modes.findIndex(mode => mode === 'leader' || mode === 'standalone')];
			if (leader) return leader;
			if (performance.now() > deadline)
				throw new TestingError('NO_LEADER', `no leader within ${LEADER_TIMEOUT} ms; members are ${modes.join(', ')}`);
			await sleep(LEADER_POLL);
		}
	}

	/** The members that follow now. */
	async followers(): Promise<TestingServer[]> {
		const modes = await Promise.all(this.servers.map(async server => server.mode()));
		return this.servers.filter((_, index) => modes[index] === 'follower');
	}

	/** Kills all members and removes their data. Idempotent. */
	async close(): Promise<void> {
		await Promise.all(this.servers.map(async server => server.close()));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}
