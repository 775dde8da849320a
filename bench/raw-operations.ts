import {writeFile} from 'node:fs/promises';
import {cpus, loadavg} from 'node:os';
import {parseArgs} from 'node:util';
import {installedPeers} from './installed-peers.ts';
import {KeptAwake} from './kept-awake.ts';
import {Peer} from './peer.ts';
import {startProductionServer} from './production-server.ts';
import {rawChart} from './raw-chart.ts';
import {compareRaw, operationCases, type RawCase, type RawResult} from './raw-comparison.ts';
import {rawTables} from './raw-table.ts';

/**
 * Single operations on loopback: Docent, ZooKeeper's own Java client, node-zookeeper-client 1.1.3 and npm zookeeper 7.3.0 (where it can be compiled), batch by batch in turn, each
 * measured inside a process of its own. Prints tables in Markdown.
 *
 *     node dist/bench/raw-operations.js
 *     node dist/bench/raw-operations.js --batches 20 --plot bench/raw-operations.svg
 *     node dist/bench/raw-operations.js --only 1000,100      with so many in flight, and of so many bytes, alone
 *     node dist/bench/raw-operations.js --awake              on a machine whose processors never sleep
 *
 * Java counts the time of its processors by hundredths of a second, so that short batches tell little of it.
 */
const {values} = parseArgs({
	options: {
		batches: {type: 'string', default: '10'},
		plot: {type: 'string'},
		only: {type: 'string'},
		awake: {type: 'boolean', default: false},
	},
});
/** The case of the plot. */
const [plotted, plottedBytes] = [1000, 100];
const all: readonly RawCase[] = [
	...operationCases(1, 100, 2000),
	...operationCases(100, 100, 8000),
	...operationCases(plotted, plottedBytes, 8000),
	...operationCases(1, 10_000, 2000),
	...operationCases(100, 10_000, 2000),
	...operationCases(1000, 10_000, 2000),
	{name: 'connect', inFlight: 1, bytes: 0, count: 10},
	{name: 'fan-out', inFlight: 50, bytes: 0, count: 10},
];
const [onlyInFlight, onlyBytes] = (values.only?.split(',') ?? []).map(Number);
const cases = all.filter(
	({inFlight, bytes}) =>
		(onlyInFlight === undefined || inFlight === onlyInFlight) && (onlyBytes === undefined || bytes === onlyBytes),
);

await using server = await startProductionServer();
await using _awake = values.awake ? await KeptAwake.start() : undefined;
const {connectString} = server;
const {folder, peers: npm} = await installedPeers();

async function measure(some: readonly RawCase[]): Promise<readonly RawResult[]> {
	if (some.length === 0) return [];
	const peers: Record<string, Peer> = {
		Docent: await Peer.rawDocent(connectString),
		'Java client 3.9.5': await Peer.rawJava(connectString),
	};
	for (const peer of npm) peers[peer] = await Peer.rawNpm(peer, folder, connectString);
	const results = await compareRaw(peers, some, Number(values.batches));
	for (const peer of Object.values(peers)) await peer[Symbol.asyncDispose]();
	return results;
}

const isOperation = ({name}: RawCase): boolean => name !== 'connect' && name !== 'fan-out';
const results = [
	...(await measure(cases.filter(isOperation))),
	// By processes of their own: npm zookeeper is likely to abort in its own code when it opens many sessions.
	...(await measure(cases.filter(each => !isOperation(each)))),
];
console.log(rawTables(results));
const [processor] = cpus();
console.log(
	`\nZooKeeper ${await server.version()}, Node.js ${process.versions.node}, ${cpus().length} × ${processor?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}`,
);
if (values.plot !== undefined) {
	const shown = results.filter(({inFlight, bytes}) => inFlight === plotted && bytes === plottedBytes);
	await writeFile(values.plot, rawChart(`${plotted} operations in flight, ${plottedBytes} B`, shown));
}
