import test from 'ava';
import {until} from '../../helpers/until.ts';
import {ConsumerRig} from './consumer-rig.ts';

test('the position of an idle lane outlives the retention of offsets', async t => {
	t.timeout(180_000, 'Kafka keeps offsets for a minute at least');
	await using rig = await ConsumerRig.start({
		properties: {'offsets.retention.minutes': 1, 'offsets.retention.check.interval.ms': 1000},
	});
	const job = await rig.job(1);
	await job.produce(10);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {carrierRefreshInterval: 2000});
	const running = consumer.run();
	await job.committed(10, consumer);

	const admin = rig.kafka.admin();
	await admin.connect();
	const offsetOf = async (groupId: string): Promise<string | undefined> =>
		(await admin.fetchOffsets({groupId, topics: [job.input]}))[0]?.partitions[0]?.offset;
	const control = `${job.groupId}.control`;
	await admin.setOffsets({groupId: control, topic: job.input, partitions: [{partition: 0, offset: '10'}]});
	t.is(await offsetOf(control), '10');
	await until(async () => (await offsetOf(control)) === '-1');
	t.is(await offsetOf(job.groupId), '10');
	await admin.disconnect();

	await job.produce(10);
	await job.committed(20, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
});
