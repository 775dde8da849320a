// One worker process: plays some of the contenders until its parent says stop, or is gone.
import {addAbortListener, setMaxListeners} from 'node:events';
import {type Client, connect} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {Campaign} from './campaign.ts';
import {contendForLocks} from './contend-for-locks.ts';
import {type Command, tell, type TimedOrders, type WorkerOrders} from './messages.ts';
import {operateRaw} from './operate-raw.ts';
import {RequestCounter} from './request-counter.ts';
import {RoundTripCounter} from './round-trip-counter.ts';
import {SampleBuffer} from './samples.ts';
import {connectOptions} from './security.ts';

/** Milliseconds between two deliveries of samples. */
const deliveryInterval = 100;
/** Milliseconds that a release may take after the end, when the ensemble may be gone. */
const farewell = 2000;

// A Ctrl-C reaches every process of the terminal; the parent decides what it means.
process.on('SIGINT', () => {});
const orphaned = (): void => process.exit(1);
process.on('disconnect', orphaned);
const stop = new AbortController();
// Every call in flight listens to it.
setMaxListeners(0, stop.signal);
const orders = deferred<WorkerOrders>();
const start = deferred<number>();
let campaign: Campaign | undefined;
// The first message says what to do, the others when.
process.once('message', (first: WorkerOrders) => {
	orders.resolve(first);
	process.on('message', (command: Command) => {
		if (command.kind === 'start') start.resolve(command.at);
		else if (command.kind === 'resign') campaign?.resign();
		else stop.abort();
	});
});

try {
	await work(await orders.promise, stop.signal);
} catch (error) {
	if (!stop.signal.aborted) tell({kind: 'failed', message: error instanceof Error ? error.message : String(error)});
}
// The last message is out when this one is.
await new Promise(resolve => process.send?.({kind: 'done'}, resolve));
process.off('disconnect', orphaned);
process.disconnect();

async function work(given: WorkerOrders, signal: AbortSignal): Promise<void> {
	const {connectString, security, workload} = given;
	const {sessionTimeout, connectTimeout} = workload;
	await using client = await connect(connectString, {
		...connectOptions(security),
		sessionTimeout,
		connectTimeout,
		signal,
	});
	let closing: NodeJS.Timeout | undefined;
	using _ = addAbortListener(signal, () => {
		start.resolve(0);
		closing = setTimeout(() => void client.close(), farewell);
	});
	tell({kind: 'ready'});
	const at = await start.promise;
	if (workload.kind === 'election') {
		campaign = new Campaign(client, given.folder);
		await campaign.run(signal);
	} else {
		await measure(client, {...given, workload}, at, signal);
	}
	clearTimeout(closing);
}

async function measure(client: Client, given: TimedOrders, at: number, signal: AbortSignal): Promise<void> {
	const samples = new SampleBuffer(at);
	const deliver = (): void => {
		const taken = samples.take();
		if (taken) tell({kind: 'samples', samples: taken});
	};
	const timer = setInterval(deliver, deliveryInterval);
	try {
		const {workload} = given;
		if (workload.kind === 'raw') await operateRaw(client, {...given, workload}, {at, samples, signal});
		else {
			using requests = new RequestCounter(at, at + workload.duration * 1000);
			using roundTrips = new RoundTripCounter();
			await contendForLocks(client, {...given, workload}, {samples, roundTrips, signal});
			// In a queue it is the one before who sends on: only who is alone sends all of its own requests.
			const isAlone = workload.contenders === workload.paths;
			tell({kind: 'requests', count: requests.count, roundTrips: isAlone ? roundTrips.mean : undefined});
		}
	} finally {
		clearInterval(timer);
		deliver();
	}
}
