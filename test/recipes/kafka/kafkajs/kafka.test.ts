import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {logLevel} from 'kafkajs';
import {KafkajsMismatchError} from '../../../../recipes/kafka/kafka-error.ts';
import {createKafka, privateKafkajs} from '../../../../recipes/kafka/kafkajs/kafka.ts';
import {ModuleGraph} from '../../../../recipes/kafka/kafkajs/module-graph.ts';
import {checkFilter, checkRetry} from '../../../../recipes/kafka/kafkajs/self-test.ts';

const require = createRequire(import.meta.url);

for (const order of ['host-first', 'ours-first']) {
	test(`the program's kafkajs is untouched: ${order}`, async t => {
		const program = fileURLToPath(new URL('host-and-ours.js', import.meta.url));
		const {stdout} = await promisify(execFile)(process.execPath, [program, order]);
		const seen = JSON.parse(stdout) as Record<string, unknown>;
		const original = await readFile(require.resolve('kafkajs/src/consumer/filterAbortedMessages.js'), 'utf8');
		t.true(original.includes(String(seen['filter'])), 'its filter is the one in its file');
		t.like(seen['defaults'], {initialRetryTime: 300, retries: 5});
		t.true(String(seen['isEmpty']).includes('this.messages.length === 0'));
		t.true(String((seen['codecs'] as string[])[1]).includes('Snappy compression not implemented'));
		t.true(seen['isOne']);
		t.true(seen['isApart']);
	});
}

test('back-offs are short under NODE_ENV=test too', async t => {
	const program = `
		process.env.NODE_ENV = 'test';
		const {privateKafkajs} = await import(${JSON.stringify(new URL('../../../../recipes/kafka/kafkajs/kafka.js', import.meta.url).href)});
		privateKafkajs();`;
	await t.notThrowsAsync(promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]));
});

test('the copy is loaded once, complete, and leaves nothing in the cache', t => {
	const before = Object.keys(require.cache).length;
	const kafkajs = privateKafkajs();
	t.is(privateKafkajs(), kafkajs);
	t.is(Object.keys(require.cache).length, before);
	const kafka = createKafka({brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING});
	t.truthy(kafka.admin());
	t.truthy(kafka.producer());
});

test('a copy that was not mended is refused', t => {
	const stock = new ModuleGraph(new Map());
	const load = (path: string): unknown => stock.load(require.resolve(`kafkajs/${path}`));
	t.throws(() => checkFilter(load('src/consumer/batch.js')), {instanceOf: KafkajsMismatchError});
	t.throws(() => checkRetry(load('src/retry/index.js'), 10), {instanceOf: KafkajsMismatchError});
});

test('a logger of the user is used', async t => {
	const lines: string[] = [];
	const kafka = createKafka({
		brokers: ['127.0.0.1:1'],
		logLevel: logLevel.ERROR,
		retry: {retries: 0},
		logCreator:
			() =>
			({log: {message}}) => {
				lines.push(message);
			},
	});
	await t.throwsAsync(kafka.admin().connect());
	t.true(lines.length > 0);
});
