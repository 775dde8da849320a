import test from 'ava';
import {logLevel} from 'kafkajs';
import {TestingBroker} from '../../../../lib/testing/index.ts';
import {deferred} from '../../../../lib/util/deferred.ts';
import {KafkajsFeed} from '../../../../recipes/kafka/feed/kafkajs-feed.ts';
import {createKafka} from '../../../../recipes/kafka/kafkajs/kafka.ts';
import {createTopics, quietKafka} from '../sink/open-sink.ts';
import {Collector} from './collector.ts';

test('a consumer that kafkajs gave up is replaced, and the lanes go on', async t => {
	await using proxied = await TestingBroker.start({behindProxy: true});
	const {proxy} = proxied;
	const topic = 'in';
	await createTopics(proxied.brokers, [{topic, numPartitions: 1}]);
	const producer = quietKafka(proxied.brokers).producer();
	await producer.connect();
	t.teardown(() => producer.disconnect());
	const crashed = deferred();
	const behind = createKafka({
		clientId: 'test',
		brokers: proxied.proxiedBrokers,
		logLevel: logLevel.ERROR,
		logCreator:
			() =>
			({log: {message}}) => {
				if (message.startsWith('Crash')) crashed.resolve();
			},
	});
	const feed = new KafkajsFeed({kafka: behind, groupId: 'g', workerId: 'w', topics: [topic]});
	t.teardown(() => feed.stop());
	await feed.start({});
	const collector = new Collector(0n);
	const next = async (): Promise<void> => {
		const expected = collector.expected + 1n;
		await producer.send({topic, messages: [{value: String(expected)}]});
		await collector.until(() => collector.expected === expected);
	};
	feed.open({topic, partition: 0}, 0n, collector);
	await next();
	proxy.refuse();
	await crashed.promise;
	await proxy.restore();
	await next();
	proxy.reset();
	await next();
	proxy.blackhole();
	await producer.send({topic, messages: [{value: 'unheard'}]});
	await proxy.restore();
	await collector.until(() => collector.expected === 4n);
	t.deepEqual(collector.offsets, [0n, 1n, 2n, 3n]);
	t.is(collector.fault, undefined);
});
