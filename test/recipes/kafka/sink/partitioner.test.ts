import {randomBytes} from 'node:crypto';
import test from 'ava';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {murmur2, Partitioner} from '../../../../recipes/kafka/sink/partitioner.ts';
import {runJava} from '../java/run-java.ts';

test("Java's own vectors", t => {
	// From Kafka's UtilsTest.testMurmur2.
	const vectors = {
		'21': -973932308,
		foobar: -790332482,
		'a-little-bit-long-string': -985981536,
		'a-little-bit-longer-string': -1486304829,
		lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
		abc: 479470107,
	};
	for (const [key, hash] of Object.entries(vectors)) t.is(murmur2(Buffer.from(key)), hash, key);
});

test('random keys go where the Java client sends them', async t => {
	await using broker = await TestingBroker.start();
	const keys = Array.from({length: 2000}, (_, index) => ({key: randomBytes(index % 37), partitions: 1 + (index % 50)}));
	const input = keys.map(({key, partitions}) => `${partitions} ${key.toString('base64')}\n`).join('');
	const java = (await runJava(broker, 'Partitions', {input})).trim().split('\n').map(Number);
	const partitioner = new Partitioner();
	t.deepEqual(
		keys.map(({key, partitions}) => partitioner.choose('t', key, 0, partitions)),
		java,
	);
});

test('a view into a larger buffer hashes as its own bytes', t => {
	const whole = Buffer.from('xxfoobarxx');
	t.is(murmur2(whole.subarray(2, 8)), murmur2(Buffer.from('foobar')));
});

test('keyless records fill one partition after the other, each topic for itself', t => {
	const partitioner = new Partitioner();
	const chosen = Array.from({length: 12}, () => partitioner.choose('t', null, 8192, 3));
	const turns = chosen.filter((partition, index) => index % 2 === 0 || partition === chosen[index - 1]);
	t.is(turns.length, 12, 'two records of 8 KiB each before the next partition');
	t.is(new Set(chosen).size, 3);
	t.is(chosen[2], ((chosen[0] ?? 0) + 1) % 3);
	t.is(partitioner.choose('t', null, 1, 1), 0, 'never one that is not there');
});
