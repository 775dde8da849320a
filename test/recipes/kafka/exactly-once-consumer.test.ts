import test from 'ava';
import {decodeOffsetRecord} from '../../../recipes/kafka/offset-record.ts';
import {ConsumerRig} from './consumer-rig.ts';

let rig: ConsumerRig;
test.before(async () => {
	rig = await ConsumerRig.start();
});
test.after.always(async () => {
	await rig[Symbol.asyncDispose]();
});

test('one worker carries every record exactly once, and its offsets can be read in ZooKeeper', async t => {
	const job = await rig.job(3);
	await job.produce(500);
	await using client = await rig.connect();
	await using consumer = job.consumer(client, {workerId: 'w/1'});
	consumer.on('failure', error => t.log(error));
	const running = consumer.run();
	await job.committed(500, consumer);
	await consumer.close();
	await running;
	t.deepEqual(await job.verdict(), []);
	const path = `/docent/${job.groupId}/lanes/${job.input}/0/offset`;
	const {data} = await client.get(path);
	t.like(decodeOffsetRecord(data, path), {next: 500n, epoch: 1n, owner: 'w/1', clean: true, established: true});
	t.deepEqual((await client.children(`/docent/${job.groupId}/members`)).children, []);
});
