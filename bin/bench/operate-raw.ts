import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, joinPath} from '../../lib/index.ts';
import type {WorkerOrders} from './messages.ts';
import {monotonicMicros} from './monotonic.ts';
import type {SampleBuffer} from './samples.ts';
import {tellError} from './tell-error.ts';
import type {RawWorkload} from './workload.ts';

type Measurement = {readonly at: number; readonly samples: SampleBuffer; readonly signal: AbortSignal};

/** Creates, gets, sets and deletes, a quarter of the time each, with so many requests in flight. */
export async function operateRaw(
	client: Client,
	{folder, workload, contenders}: WorkerOrders<RawWorkload>,
	{at, samples, signal}: Measurement,
): Promise<void> {
	const [worker = 0] = contenders;
	const home = joinPath(folder, `raw-${worker}`);
	const data = Buffer.alloc(workload.size, 'x');
	await client.create(home, null, {signal});
	await warmUp(client, home, data, at, signal);

	const created: string[] = [];
	let next = 0;
	const take = (): string | undefined => created[next++ % created.length];
	const operations: readonly (() => Promise<unknown> | undefined)[] = [
		async () => {
			const {path} = await client.create(joinPath(home, `znode-${next++}`), data, {signal});
			created.push(path);
		},
		() => call(take(), path => client.get(path, {signal})),
		() => call(take(), path => client.set(path, data, {signal})),
		() => call(created.pop(), path => client.delete(path, {signal})),
	];
	const slice = (workload.duration * 1000) / operations.length;
	for (const [series, operate] of operations.entries()) {
		const end = at + (series + 1) * slice;
		const lane = async (): Promise<void> => {
			while (!signal.aborted && monotonicMicros() < end) {
				const asked = monotonicMicros();
				try {
					const answer = operate();
					// There is nothing left to operate on.
					if (!answer) return;
					await answer;
					samples.add(series, worker, asked);
				} catch (error) {
					await tellError(error, signal);
				}
			}
		};
		await Promise.all(Array.from({length: workload.inFlight}, lane));
		// The others' slices end at the same instant: they are not to be measured against this one's next.
		await sleep(Math.max(0, (end - monotonicMicros()) / 1000), undefined, {signal}).catch(() => {});
	}
}

function call(path: string | undefined, operate: (path: string) => Promise<unknown>): Promise<unknown> | undefined {
	return path === undefined ? undefined : operate(path);
}

/** Every operation on one znode, over and over, so that none is measured cold. */
async function warmUp(client: Client, home: string, data: Buffer, at: number, signal: AbortSignal): Promise<void> {
	const path = joinPath(home, 'warm-up');
	while (!signal.aborted && monotonicMicros() < at) {
		await client.create(path, data, {signal});
		await client.get(path, {signal});
		await client.set(path, data, {signal});
		await client.delete(path, {signal});
	}
}
