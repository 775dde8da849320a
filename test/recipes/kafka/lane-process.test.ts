import test from 'ava';
import type {KafkaMessage} from 'kafkajs';
import {nTimes} from '../../../lib/index.ts';
import {messageProcessor} from '../../../recipes/kafka/handlers.ts';
import type {EachMessageHandler} from '../../../recipes/kafka/index.ts';
import {LaneProcess} from '../../../recipes/kafka/lane-process.ts';
import {until} from '../../helpers/until.ts';

const lane = {topic: 'in', partition: 0};

function batch(from: number, count: number, nextOffset: number = from + count) {
	const messages = Array.from(
		{length: count},
		(_, at): KafkaMessage => ({
			key: null,
			value: Buffer.from(String(from + at)),
			timestamp: '0',
			attributes: 0,
			offset: String(from + at),
			headers: {},
		}),
	);
	return {...lane, fetchedOffset: BigInt(from), nextOffset: BigInt(nextOffset), highWatermark: 1000n, messages};
}

function start(eachMessage: EachMessageHandler): LaneProcess {
	return new LaneProcess({
		lane,
		lease: {
			path: '/lock',
			fencingToken: 1n,
			signal: new AbortController().signal,
			release: () => Promise.resolve(),
			throwIfLost: () => undefined,
			fenced: transaction => transaction,
			[Symbol.asyncDispose]: () => Promise.resolve(),
		},
		epoch: 3n,
		position: 0n,
		processor: messageProcessor(eachMessage),
		prepare: ({topic, value}) => ({topic, partition: 0, key: null, value: Buffer.from(value ?? '')}),
		retry: nTimes(0, 0),
		onFinished: () => undefined,
		onLoad: () => undefined,
		onHalted: () => undefined,
		pause: () => () => undefined,
	});
}

const copy: EachMessageHandler = ({message, emit}) => emit({topic: 'out', value: message.value});

/** What a commit of now would carry: from, next and the outputs. */
function taken(process: LaneProcess): unknown {
	const commit = process.take(false);
	return commit && [commit.from, commit.next, commit.outputs.map(({value}) => String(value))];
}

test('takes the finished prefix, once', async t => {
	const process = start(copy);
	process.receive(batch(0, 2));
	await until(() => process.isDirty && !process.isWorking);
	t.deepEqual(taken(process), [0n, 2n, ['0', '1']]);
	process.receive(batch(2, 1));
	await until(() => process.isDirty && !process.isWorking);
	t.is(taken(process), undefined);
	process.acknowledge();
	t.deepEqual(taken(process), [2n, 3n, ['2']]);
});

test('a batch without records, or with a hole at its end, moves the position', async t => {
	const process = start(copy);
	process.receive(batch(0, 1, 5));
	process.receive(batch(5, 0, 9));
	await until(() => !process.isWorking && process.isDirty);
	t.deepEqual(taken(process), [0n, 9n, ['0']]);
});

test('after a recovery: kept where the sink is at the start, dropped where it is at the end of what was sent', async t => {
	const undone = start(copy);
	undone.receive(batch(0, 2));
	await until(() => undone.isDirty && !undone.isWorking);
	t.truthy(taken(undone));
	undone.receive(batch(2, 1));
	await until(() => undone.isDirty && !undone.isWorking);
	t.false(undone.settle(0n));
	t.deepEqual(taken(undone), [0n, 3n, ['0', '1', '2']]);

	t.false(undone.settle(3n));
	t.like(undone.progress, {committed: 3n, isEstablished: true});
	t.is(taken(undone), undefined);

	t.true(undone.settle(10n));
	t.is(taken(undone), undefined);
	t.like(undone.progress, {committed: 10n});
});

test('what a handler does after a rewind belongs to nothing', async t => {
	let go: (() => void) | undefined;
	const signals: AbortSignal[] = [];
	const errors: unknown[] = [];
	const process = start(async ({message, emit, signal}) => {
		signals.push(signal);
		if (message.offset === '0') await new Promise<void>(resolve => (go = resolve));
		try {
			emit({topic: 'out', value: message.value});
		} catch (error) {
			errors.push(error);
			throw error;
		}
	});
	process.receive(batch(0, 1));
	await until(() => go !== undefined);
	process.rewind(7n);
	process.receive(batch(7, 1));
	t.true(signals[0]?.aborted);
	t.is(signals.length, 1, 'one handler at a time');
	go?.();
	await until(() => process.isDirty && !process.isWorking);
	t.like(errors, [{code: 'LANE_STOPPED'}]);
	t.deepEqual(taken(process), [7n, 8n, ['7']]);
});

test('draining begins no further record, and keeps what is finished', async t => {
	let go: (() => void) | undefined;
	const process = start(async payload => {
		await new Promise<void>(resolve => (go = resolve));
		await copy(payload);
	});
	process.receive(batch(0, 3));
	await until(() => go !== undefined);
	const drained = process.drain();
	go?.();
	await drained;
	t.deepEqual(taken(process), [0n, 1n, ['0']]);
});

test('an idle lane is part of a refresh, with nothing', t => {
	const process = start(copy);
	t.like(process.take(true), {from: 0n, next: 0n, outputs: [], epoch: 3n, seq: 1n});
});
