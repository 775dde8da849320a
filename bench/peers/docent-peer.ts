// The workloads of CuratorBench.java with Docent: a line `<case> <rounds> <hold in ms>` on the input, a line of microseconds, separated by commas, for each.
import {randomUUID} from 'node:crypto';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, connect} from '../../lib/index.ts';
import {LeaderLatch, type Lease, Mutex, Semaphore} from '../../recipes/index.ts';

type Acquire = () => Promise<Lease>;

const home = `/docent-${randomUUID()}`;
const [connectString = ''] = process.argv.slice(2);
const clients = await Promise.all(
	Array.from({length: 8}, async () => connect(connectString, {sessionTimeout: 30_000})),
);
const [client] = clients;
if (!client) throw new Error('no session');

const cases: Readonly<Record<string, (rounds: number, hold: number) => Promise<readonly number[]>>> = {
	async warm(rounds) {
		const mutex = new Mutex(client, `${home}/warm`);
		return acquisitions(rounds, () => mutex.acquire());
	},
	async cold(rounds) {
		const times: number[] = [];
		while (times.length < rounds) {
			const mutex = new Mutex(client, `/cold-${randomUUID()}/lock`);
			const start = performance.now();
			const lease = await mutex.acquire();
			times.push(since(start));
			await lease.release();
		}
		return times;
	},
	async cycle(rounds) {
		const mutex = new Mutex(client, `${home}/cycle`);
		const times: number[] = [];
		for (let round = 0; round <= rounds; round++) {
			const start = performance.now();
			await (await mutex.acquire()).release();
			if (round > 0) times.push(since(start));
		}
		return times;
	},
	'hand-off-2': async (rounds, hold) => handOff(2, rounds, hold),
	'hand-off-8': async (rounds, hold) => handOff(8, rounds, hold),
	async semaphore(rounds) {
		const semaphore = new Semaphore(client, `${home}/semaphore`, {leases: 3});
		return acquisitions(rounds, () => semaphore.acquire());
	},
	async latch(rounds) {
		return acquisitions(rounds, () => new LeaderLatch(client, `${home}/latch`, {id: 'bench'}).acquire());
	},
	/** So many tasks, one mutex object, an acquisition each: the time for one. */
	async 'tasks-50'() {
		const mutex = new Mutex(client, `${home}/tasks`);
		await (await mutex.acquire()).release();
		const start = performance.now();
		await Promise.all(Array.from({length: 50}, async () => (await mutex.acquire()).release()));
		return [since(start) / 50];
	},
	'locks-100': async duration => locks(100, duration, lease => lease.release()),
	'locks-100-not-awaited': async duration =>
		locks(100, duration, lease => {
			void lease.release();
		}),
};

/** How long each acquisition takes; the first warms the path up. */
async function acquisitions(rounds: number, acquire: Acquire): Promise<readonly number[]> {
	const times: number[] = [];
	for (let round = 0; round <= rounds; round++) {
		const start = performance.now();
		const lease = await acquire();
		if (round > 0) times.push(since(start));
		await lease.release();
	}
	return times;
}

/** So many locks that have nothing to do with each other, on one session, for so many milliseconds: the time for one cycle. */
async function locks(
	count: number,
	duration: number,
	giveBack: (lease: Lease) => Promise<void> | void,
): Promise<readonly number[]> {
	const mutexes = Array.from({length: count}, (_, lock) => new Mutex(client as Client, `${home}/locks/${lock}`));
	for (const mutex of mutexes) await (await mutex.acquire()).release();
	let cycles = 0;
	const start = performance.now();
	const work = mutexes.map(async mutex => {
		for (; performance.now() - start < duration; cycles++) await giveBack(await mutex.acquire());
	});
	await Promise.all(work);
	return [since(start) / Math.max(1, cycles)];
}

/** From one contender's call of `release` until the next one holds; each has a session of its own. */
async function handOff(contenders: number, rounds: number, hold: number): Promise<readonly number[]> {
	const path = `${home}/hand-off-${randomUUID()}`;
	const gaps: number[] = [];
	let released: number | undefined;
	const contend = async (mutex: Mutex): Promise<void> => {
		while (gaps.length < rounds) {
			const lease = await mutex.acquire();
			if (released !== undefined && gaps.length < rounds) gaps.push(since(released));
			await sleep(hold);
			released = performance.now();
			await lease.release();
		}
	};
	await Promise.all(clients.slice(0, contenders).map(async each => contend(new Mutex(each, path))));
	return gaps;
}

function since(start: number): number {
	return (performance.now() - start) * 1000;
}

console.log('ready');
for await (const line of createInterface({input: process.stdin})) {
	const [name = '', rounds, hold] = line.split(' ');
	const times = (await cases[name]?.(Number(rounds), Number(hold))) ?? [];
	console.log(times.map(Math.round).join(','));
}
await Promise.all(clients.map(async each => each.close()));
