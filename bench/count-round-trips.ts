import {type Client, connect} from '../lib/index.ts';
import {FaultProxy, type ProxyRecording, type TestingServer} from '../lib/testing/index.ts';
import {LeaderLatch, type Lease, Mutex, ReadWriteLock, Semaphore} from '../recipes/index.ts';

/** What one case costs: numbers that do not depend on the machine. */
export type RoundTrips = {
	/** Round trips that are waited for. */
	readonly flights: number;
	readonly requests: number;
};

/** Milliseconds in each direction: the proxy then sees what a client sends before it knows the answer. */
const latency = 5;
const cycles = 5;

/** One process of an application: a session of its own, whose requests can be counted. */
class Contender implements AsyncDisposable {
	readonly client: Client;
	readonly #proxy: FaultProxy;

	private constructor(client: Client, proxy: FaultProxy) {
		this.client = client;
		this.#proxy = proxy;
	}

	static async connect({connectString}: TestingServer): Promise<Contender> {
		const proxy = await FaultProxy.start({target: connectString, protocol: 'zookeeper'});
		const contender = new Contender(await connect(proxy.address), proxy);
		proxy.latency(latency);
		return contender;
	}

	record(): ProxyRecording {
		return this.#proxy.record({ignore: ['ping', 'sync']});
	}

	async count(work: () => Promise<unknown>): Promise<RoundTrips> {
		using recording = this.record();
		await work();
		return {flights: recording.flights, requests: recording.count()};
	}

	/** Waits until every answer to what was sent, and to what those answers made it send, is here: watches that are read, lists taken in the background. */
	async settle(): Promise<void> {
		for (let depth = 0; depth < 3; depth++) await this.client.sync('/');
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.client.close();
		await this.#proxy.close();
	}
}

type Case = (server: TestingServer) => Promise<RoundTrips>;

const cases: Readonly<Record<string, Case>> = {
	'mutex, warm acquire': async server =>
		alone(server, async ({client}) => {
			const mutex = new Mutex(client, '/warm/lock');
			return {warmUp: () => mutex.acquire(), work: () => mutex.acquire()};
		}),
	'mutex, cold acquire, two missing parents': async server =>
		alone(server, async ({client}) => ({work: () => new Mutex(client, '/cold/lock').acquire()})),
	'mutex, acquire and release, one of five cycles': async server => {
		const {flights, requests} = await alone(server, async ({client}) => {
			const mutex = new Mutex(client, '/cycle/lock');
			return {
				warmUp: () => mutex.acquire(),
				async work() {
					for (let cycle = 0; cycle < cycles; cycle++) await (await mutex.acquire()).release();
				},
			};
		});
		return {flights: flights / cycles, requests: requests / cycles};
	},
	'mutex, acquire and release that is not awaited, one of five cycles': async server => {
		const {flights, requests} = await alone(server, async ({client}) => {
			const mutex = new Mutex(client, '/pipelined/lock');
			return {
				warmUp: () => mutex.acquire(),
				async work() {
					let released: Promise<void> | undefined;
					for (let cycle = 0; cycle < cycles; cycle++) released = (await mutex.acquire()).release();
					await released;
				},
			};
		});
		// The last release alone is waited for.
		return {flights: (flights - 1) / cycles, requests: requests / cycles};
	},
	'mutex, 5 tasks on one object, per acquisition': async server => tasks(server, 5),
	'mutex, 50 tasks on one object, per acquisition': async server => tasks(server, 50),
	'mutex, hand-off, 2 contenders': async server => (await queue(server, 2)).handOff,
	'mutex, hand-off, 8 contenders': async server => (await queue(server, 8)).handOff,
	'mutex, everything for one turn in a queue of 8': async server => (await queue(server, 8)).turn,
	'read lock, warm acquire': async server =>
		alone(server, async ({client}) => {
			const {read} = new ReadWriteLock(client, '/read/lock');
			return {warmUp: () => read.acquire(), work: () => read.acquire()};
		}),
	'write lock, warm acquire': async server =>
		alone(server, async ({client}) => {
			const {write} = new ReadWriteLock(client, '/write/lock');
			return {warmUp: () => write.acquire(), work: () => write.acquire()};
		}),
	'semaphore, warm acquire': async server =>
		alone(server, async ({client}) => {
			const semaphore = new Semaphore(client, '/warm/semaphore', {leases: 3});
			return {warmUp: () => semaphore.acquire(), work: () => semaphore.acquire()};
		}),
	'semaphore, cold acquire': async server =>
		alone(server, async ({client}) => ({work: () => new Semaphore(client, '/cold/semaphore', {leases: 3}).acquire()})),
	'latch, warm, start to leader': async server =>
		alone(server, async ({client}) => {
			const latch = new LeaderLatch(client, '/latch/leader');
			return {warmUp: () => latch.acquire(), work: () => latch.acquire()};
		}),
};

/** Counts every case against a real server, one after the other. */
export async function countRoundTrips(server: TestingServer): Promise<Readonly<Record<string, RoundTrips>>> {
	const counted: Record<string, RoundTrips> = {};
	for (const [name, count] of Object.entries(cases)) counted[name] = await count(server);
	return counted;
}

type Held = {release(): Promise<void>} | void;
type Script = {readonly warmUp?: () => Promise<Held>; readonly work: () => Promise<Held>};

async function alone(server: TestingServer, prepare: (contender: Contender) => Promise<Script>): Promise<RoundTrips> {
	await using contender = await Contender.connect(server);
	const {warmUp, work} = await prepare(contender);
	const first = await warmUp?.();
	await first?.release();
	await contender.settle();
	return await contender.count(work);
}

/** So many tasks of one client wait for one mutex; each holds it until everything is at rest. The round trips are those that a hand-over among them waits for. */
async function tasks(server: TestingServer, size: number): Promise<RoundTrips> {
	let flights = 0;
	const {requests} = await alone(server, async contender => {
		const mutex = new Mutex(contender.client, `/tasks-${size}/lock`);
		let isLater = false;
		const turn = async (): Promise<void> => {
			const lease = await mutex.acquire();
			if (isLater) flights = 1;
			await contender.settle();
			isLater = false;
			const released = lease.release();
			// No answer of a server comes before this.
			setImmediate(() => {
				isLater = true;
			});
			await released;
		};
		return {
			warmUp: () => mutex.acquire(),
			async work() {
				await Promise.all(Array.from({length: size}, turn));
			},
		};
	});
	return {flights, requests: Math.ceil(requests / size)};
}

/** All queue up for one lock, each in a session of its own; then it goes from hand to hand, everybody at rest in between. */
async function queue(
	server: TestingServer,
	size: number,
): Promise<{readonly handOff: RoundTrips; readonly turn: RoundTrips}> {
	await using stack = new Contenders();
	const contenders = await stack.connect(server, size);
	const path = `/queue-${size}/lock`;
	for (const {client} of contenders) await (await new Mutex(client, path).acquire()).release();
	await Promise.all(contenders.map(async contender => contender.settle()));

	const recordings = contenders.map(contender => contender.record());
	const held: Promise<Lease>[] = [];
	for (const contender of contenders) {
		held.push(new Mutex(contender.client, path).acquire());
		await contender.settle();
	}
	const handOffs: RoundTrips[] = [];
	for (const [index, contender] of contenders.entries()) {
		const lease = await held[index];
		await Promise.all(contenders.map(async each => each.settle()));
		const next = contenders[index + 1];
		if (next) handOffs.push(await next.count(async () => Promise.all([lease?.release(), held[index + 1]])));
		else await lease?.release();
		await contender.settle();
	}
	const total = recordings.reduce((sum, recording) => sum + recording.count(), 0);
	const flights = Math.max(...recordings.map(recording => recording.flights));
	for (const recording of recordings) recording.stop();
	return {
		handOff: {
			flights: Math.max(...handOffs.map(each => each.flights)),
			requests: Math.max(...handOffs.map(each => each.requests)),
		},
		turn: {flights, requests: total / size},
	};
}

class Contenders implements AsyncDisposable {
	readonly #contenders: Contender[] = [];

	async connect(server: TestingServer, count: number): Promise<readonly Contender[]> {
		while (this.#contenders.length < count) this.#contenders.push(await Contender.connect(server));
		return this.#contenders;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#contenders.map(async contender => contender[Symbol.asyncDispose]()));
	}
}
