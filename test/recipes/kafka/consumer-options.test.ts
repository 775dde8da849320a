import test from 'ava';
import {InvalidArgumentError} from '../../../lib/index.ts';
import {resolveConsumerOptions, resolveSettings} from '../../../recipes/kafka/consumer-options.ts';
import {type ExactlyOnceConsumerOptions, kafkaSink} from '../../../recipes/kafka/index.ts';

const valid: ExactlyOnceConsumerOptions = {
	groupId: 'billing',
	topics: ['orders'],
	start: 'earliest',
	sink: kafkaSink(),
	eachMessage: () => undefined,
};

test('the defaults', t => {
	t.like(resolveConsumerOptions(valid), {
		root: '/docent',
		outOfRange: 'halt',
		carrierRefreshInterval: 86_400_000,
		bounds: {interval: 100, records: 10_000, bytes: 8_388_608},
	});
});

test('every worker has an id of its own', t => {
	t.not(resolveConsumerOptions(valid).workerId, resolveConsumerOptions(valid).workerId);
});

for (const [argument, change] of [
	['groupId', {groupId: ''}],
	['groupId', {groupId: 7}],
	['workerId', {workerId: '\uD800'}],
	['topics', {topics: []}],
	['topics', {topics: 'orders'}],
	['sink', {sink: undefined}],
	['start', {start: 'newest'}],
	['start', {start: undefined}],
	['start', {start: {timestamp: 'today'}}],
	['root', {root: 'docent'}],
	['outOfRange', {outOfRange: 'guess'}],
	['retry', {retry: 3}],
	['commitInterval', {commitInterval: -1}],
	['commitRecords', {commitRecords: 0}],
	['commitBytes', {commitBytes: 1.5}],
	['highWaterRecords', {highWaterRecords: Number.NaN}],
	['closeTimeout', {closeTimeout: 2 ** 31}],
] as const)
	test(`refuses ${argument}: ${JSON.stringify(change)}`, t => {
		const options = {...valid, ...change} as unknown as ExactlyOnceConsumerOptions;
		const error = t.throws(() => resolveConsumerOptions(options), {instanceOf: InvalidArgumentError});
		t.is(error?.argument, `options.${argument}`);
	});

test('takes one kind of handler', t => {
	const both = {...valid, eachBatch: () => undefined} as unknown as ExactlyOnceConsumerOptions;
	const neither = {...valid, eachMessage: undefined} as unknown as ExactlyOnceConsumerOptions;
	for (const options of [both, neither])
		t.throws(() => resolveConsumerOptions(options), {instanceOf: InvalidArgumentError, message: /eachMessage/});
});

test('what is not given stays as it was', t => {
	const before = resolveSettings({commitInterval: 20, highWaterRecords: 100});
	t.like(resolveSettings({commitRecords: 5}, before), {
		interval: 20,
		records: 5,
		highWater: {records: 100},
		lowWater: {records: 50},
	});
});
