import {randomUUID} from 'node:crypto';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';

type Done = (error?: unknown) => void;

/** What a client library has to offer here, each by its fastest way: callbacks cost nobody a promise that its own users do not pay for. */
export type RawClient = {
	create(path: string, data: Buffer, done: Done): void;
	get(path: string, done: Done): void;
	set(path: string, data: Buffer, done: Done): void;
	delete(path: string, done: Done): void;
	/** A one-shot watch on data; `done` once it is armed. */
	watch(path: string, onFired: () => void, done: Done): void;
	close(): Promise<void> | void;
};
type Operation = 'create' | 'get' | 'set' | 'delete';
type Order = {readonly inFlight: number; readonly bytes: number; readonly count: number};

const isOperation = (name: string): name is Operation => ['create', 'get', 'set', 'delete'].includes(name);

/**
 * The workloads of RawOperations.java: a line `<case> <in flight> <bytes> <count>` on the input, a line `<microseconds of time>,<microseconds of this process's processors>` for the
 * whole of it. `create` makes the znodes that the other three then use.
 */
export async function serveWorkload(connect: () => Promise<RawClient>): Promise<void> {
	const client = await connect();
	const home = `/raw-${randomUUID()}`;
	await promisify((done: Done) => client.create(home, Buffer.alloc(0), done))();

	/** Keeps so many under way: whichever is answered starts the next. */
	const pipeline = async (name: Operation, {inFlight, bytes, count}: Order): Promise<void> =>
		new Promise((resolve, reject) => {
			const data = Buffer.alloc(bytes, 'x');
			let started = 0;
			let finished = 0;
			const start = (): void => {
				if (started >= count) return;
				const path = `${home}/${bytes}-${started++}`;
				if (name === 'create' || name === 'set') client[name](path, data, done);
				else client[name](path, done);
			};
			const done: Done = error => {
				if (error) reject(error as Error);
				else if (++finished === count) resolve();
				else start();
			};
			for (let slot = 0; slot < inFlight; slot++) start();
		});

	/** One znode changes, so many sessions watch it: from the change until the last has heard of it. */
	const fanOut = async ({inFlight: sessions, count}: Order): Promise<number> => {
		const watchers = await Promise.all(Array.from({length: sessions}, connect));
		let spent = 0;
		for (let round = 0; round < count; round++) {
			let told = 0;
			let heard = (): void => {};
			const all = new Promise<void>(resolve => (heard = () => ++told === sessions && resolve()));
			await Promise.all(watchers.map(async each => promisify((done: Done) => each.watch(home, heard, done))()));
			const start = performance.now();
			client.set(home, Buffer.alloc(0), () => {});
			await all;
			spent += performance.now() - start;
		}
		await Promise.all(watchers.map(async each => each.close()));
		return spent;
	};

	/** From the call until the session is open, one after the other. */
	const connections = async (count: number): Promise<number> => {
		let spent = 0;
		for (let round = 0; round < count; round++) {
			const start = performance.now();
			const opened = await connect();
			spent += performance.now() - start;
			await opened.close();
		}
		return spent;
	};

	console.log('ready');
	for await (const line of createInterface({input: process.stdin})) {
		const [name = '', ...numbers] = line.split(' ');
		const [inFlight = 1, bytes = 0, count = 0] = numbers.map(Number);
		const cpu = process.cpuUsage();
		let spent = performance.now();
		if (isOperation(name)) {
			await pipeline(name, {inFlight, bytes, count});
			spent = performance.now() - spent;
		} else spent = await (name === 'connect' ? connections(count) : fanOut({inFlight, bytes, count}));
		const {user, system} = process.cpuUsage(cpu);
		console.log(`${Math.round(spent * 1000)},${user + system}`);
	}
	await client.close();
}
