import test from 'ava';
import {Peer} from '../../bench/peer.ts';
import {rawChart} from '../../bench/raw-chart.ts';
import {compareRaw, operationCases} from '../../bench/raw-comparison.ts';
import {rawTables} from '../../bench/raw-table.ts';
import {connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';

test('Docent and the Java client do the same single operations, and the results are shown', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using docent = await Peer.rawDocent(server.connectString);
	await using java = await Peer.rawJava(server.connectString);
	const peers = {Docent: docent, Java: java};
	const cases = [
		...operationCases(4, 100, 10),
		...operationCases(1, 10_000, 3),
		{name: 'connect', inFlight: 1, bytes: 0, count: 1},
		{name: 'fan-out', inFlight: 3, bytes: 0, count: 2},
	] as const;
	const results = await compareRaw(peers, cases, 2);
	t.deepEqual(
		results.map(({name, inFlight, bytes}) => ({name, inFlight, bytes})),
		cases.map(({name, inFlight, bytes}) => ({name, inFlight, bytes})),
	);
	for (const {name, costs} of results) {
		t.deepEqual(Object.keys(costs), ['Docent', 'Java'], name);
		for (const {time, cpu} of Object.values(costs)) t.true(time > 0 && cpu >= 0, name);
	}
	const tables = rawTables(results);
	for (const shown of ['4 in flight, 100 B', '1 in flight, 10 KB', '| connect |', '3 sessions', 'µs of processor'])
		t.true(tables.includes(shown), shown);
	const chart = rawChart('four', results.slice(0, 4));
	t.is(chart.match(/<rect class="bar\d" [^>]*><title>/g)?.length, 2 * 4 * 2);
	t.notRegex(chart, /NaN|undefined/);
});

test('to connect takes a round trip of TCP and one of ZooKeeper', async t => {
	await using server = await TestingServer.start();
	await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	proxy.latency(5);
	using recording = proxy.record();
	await using client = await connect(proxy.address);
	t.is(client.state.status, 'connected');
	t.deepEqual(
		recording.requests.map(({op}) => op),
		['connect'],
	);
	t.is(recording.flights, 1);
});
