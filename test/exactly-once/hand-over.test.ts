import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {nTimes} from '../../lib/index.ts';
import {messageProcessor} from '../../recipes/kafka/handlers.ts';
import {LaneProcess} from '../../recipes/kafka/lane-process.ts';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';

test('a lane that is handed over is in no commit that does not carry records of it', async t => {
	const unused = (): never => t.fail('nothing is processed');
	const process = new LaneProcess({
		lane: {topic: 'in', partition: 0},
		lease: {
			path: '/lock',
			fencingToken: 1n,
			signal: new AbortController().signal,
			throwIfLost: () => undefined,
			fenced: transaction => transaction,
			release: async () => undefined,
			[Symbol.asyncDispose]: async () => undefined,
		},
		epoch: 1n,
		position: 5n,
		processor: messageProcessor(unused),
		prepare: unused,
		retry: nTimes(0, 0),
		onFinished: () => undefined,
		onLoad: () => undefined,
		onHalted: () => undefined,
		pause: unused,
	});
	t.truthy(process.take(true), 'a refresh takes an idle lane');
	process.acknowledge();
	await process.drain();
	t.is(process.take(true), undefined);
});

test('a worker that is sent away while it starts ends, and leaves no connection that keeps its process', async t => {
	t.timeout(120_000);
	const fleet = await Fleet.start(t, {partitions: 2});
	fleet.hire();
	await fleet.flows();
	// From before its first connection to after its first lane.
	for (const milliseconds of [0, 200, 300, 400, 500, 600, 800, 1200]) {
		const worker = fleet.hire();
		await sleep(milliseconds);
		await worker.leave();
		t.is(worker.failure, undefined);
	}
	await assertExactlyOnce(t, fleet);
});
