import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {logLevel} from 'kafkajs';
import {createKafka} from '../../recipes/kafka/kafkajs/kafka.ts';
import {assertExactlyOnce} from './assert-exactly-once.ts';
import {Fleet} from './fleet.ts';

test('an idle lane keeps its position for longer than Kafka keeps offsets', async t => {
	t.timeout(400_000);
	const fleet = await Fleet.start(t, {
		partitions: 2,
		orders: {carrierRefreshInterval: 10_000},
		properties: {'offsets.retention.minutes': 1, 'offsets.retention.check.interval.ms': 1000},
	});
	const worker = fleet.hire();
	await fleet.flows();
	await fleet.rest();
	// Another group's offset, younger than the last commit that had records: when Kafka has forgotten it, only refreshing can have kept ours.
	const other = `${fleet.groupId}-other`;
	await commitOnce(fleet, other);
	const carriers = async (groupId: string): Promise<readonly (number | undefined)[]> =>
		(await fleet.witness.offsets(groupId, fleet.input)).map(({carrier}) => carrier);
	t.deepEqual(await carriers(other), [1, 1]);
	const before = await carriers(fleet.groupId);
	for (;;) {
		t.deepEqual(await carriers(fleet.groupId), before);
		if ((await carriers(other)).every(carrier => carrier === undefined)) break;
		await sleep(1000);
	}
	await worker.kill();
	fleet.hire();
	await fleet.write(100);
	await assertExactlyOnce(t, fleet);
});

/** In a transaction and without members, as the carrier's. */
async function commitOnce(fleet: Fleet, groupId: string): Promise<void> {
	const kafka = createKafka({clientId: 'other', brokers: [...fleet.kafka.brokers], logLevel: logLevel.NOTHING});
	const producer = kafka.producer({transactionalId: groupId, maxInFlightRequests: 1, idempotent: true});
	await producer.connect();
	const transaction = await producer.transaction();
	const partitions = Array.from({length: fleet.partitions}, (_, partition) => ({partition, offset: '1'}));
	await transaction.sendOffsets({consumerGroupId: groupId, topics: [{topic: fleet.input, partitions}]});
	await transaction.commit();
	await producer.disconnect();
}
