import {loadavg} from 'node:os';
import {FaultProxy, TestingError} from '../lib/testing/index.ts';
import {kazooPython} from '../lib/testing/kazoo-python.ts';
import {median} from './median.ts';
import {Peer} from './peer.ts';
import {startProductionServer} from './production-server.ts';

/**
 * Docent and real Curator 5.9 side by side: the same workloads in the same run, batch by batch in turn, each measured inside its own process. Once on loopback
 * and once with a round trip of 20 ms, made by a proxy. Prints tables in Markdown: medians, and how many times longer the others take. kazoo 2.11 takes part
 * where Python can install it, or `KAZOO_PYTHON` is the path of one that finds it; go-zookeeper 1.0.4, which has a lock alone, where Go can build it.
 *
 *     node dist/bench/against-curator.js            everything
 *     node dist/bench/against-curator.js warm cold  these cases alone
 */
type Case = {
	readonly name: string;
	readonly title: string;
	/** What the others run, where they do not know this one. */
	readonly others?: string;
	/** In each batch: on loopback, with 20 ms. 0: not measured there. Of the independent locks the milliseconds. */
	readonly rounds: readonly [loopback: number, far: number];
	readonly batches: number;
};

const all: readonly Case[] = [
	{name: 'warm', title: 'mutex, warm acquire', rounds: [200, 10], batches: 3},
	{name: 'cold', title: 'mutex, cold acquire, two missing parents', rounds: [50, 5], batches: 3},
	{name: 'cycle', title: 'mutex, acquire and release', rounds: [200, 10], batches: 3},
	{name: 'hand-off-2', title: 'mutex, hand-off, 2 contenders', rounds: [30, 8], batches: 2},
	{name: 'hand-off-8', title: 'mutex, hand-off, 8 contenders', rounds: [30, 8], batches: 2},
	{name: 'semaphore', title: 'semaphore, warm acquire', rounds: [100, 8], batches: 3},
	{name: 'latch', title: 'latch, start to leader', rounds: [100, 10], batches: 3},
	{name: 'tasks-50', title: '50 tasks on one mutex object, per acquisition', rounds: [1, 1], batches: 1},
	{name: 'locks-100', title: '100 independent locks on one session, per cycle', rounds: [2000, 0], batches: 5},
	{
		name: 'locks-100-not-awaited',
		others: 'locks-100',
		title: 'the same, releases not awaited',
		rounds: [2000, 0],
		batches: 5,
	},
];
const asked = process.argv.slice(2);
const cases = all.filter(({name}) => asked.length === 0 || asked.includes(name));
if (cases.length < asked.length) throw new Error(`the cases are ${all.map(({name}) => name).join(', ')}`);
const python = await kazooPython().catch((error: unknown) => {
	if (!(error instanceof TestingError) || error.code !== 'PYTHON_MISSING') throw error;
	console.log(`without kazoo: ${error.message}`);
	return undefined;
});
/** Milliseconds: long enough for everybody else to be back in the queue. */
const holds = [20, 150] as const;
const oneWay = 10;

await using server = await startProductionServer();
await using proxy = await FaultProxy.start({target: server.connectString});
proxy.latency(oneWay);
const places = [
	{title: 'loopback', connectString: server.connectString},
	{title: '20 ms round trip', connectString: proxy.address},
];

for (const [place, {title, connectString}] of places.entries()) {
	await using docent = await Peer.docent(connectString);
	await using curator = await Peer.curator(connectString);
	await using kazoo = python === undefined ? undefined : await Peer.kazoo(connectString, python);
	await using go = await Peer.go(connectString).catch((error: unknown) => {
		console.log(`without go-zookeeper: ${(error as Error).message}`);
		return undefined;
	});
	const others = [
		{name: 'Curator 5.9', peer: curator},
		...(kazoo ? [{name: 'kazoo', peer: kazoo}] : []),
		...(go ? [{name: 'go-zookeeper', peer: go}] : []),
	];
	const columns = others.flatMap(({name}) => [name, 'ratio']);
	console.log(`\n| ${[title, 'Docent', ...columns].join(' | ')} |\n| --- |${' ---: |'.repeat(columns.length + 1)}`);
	for (const {name, others: othersName = name, title: label, rounds, batches} of cases) {
		const count = rounds[place] ?? 0;
		if (count === 0) continue;
		const peers = [docent, ...others.map(({peer}) => peer)];
		const times = peers.map((): number[] => []);
		// The first batch on loopback lets everybody compile what they run.
		for (let batch = place === 0 ? -1 : 0; batch < batches; batch++) {
			for (const [index, peer] of peers.entries()) {
				const measured = await peer.measure(peer === docent ? name : othersName, count, holds[place] ?? 0);
				if (batch >= 0) times[index]?.push(...measured);
			}
		}
		const [ours = Number.NaN, ...theirs] = times.map(median);
		const cells = theirs.flatMap(each =>
			Number.isNaN(each) ? ['–', '–'] : [milliseconds(each), `${(each / ours).toFixed(2)} ×`],
		);
		console.log(`| ${[label, milliseconds(ours), ...cells].join(' | ')} |`);
	}
}
console.log(
	`\nZooKeeper ${await server.version()}, Node.js ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}`,
);

function milliseconds(micros: number): string {
	return `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 1)} ms`;
}
