import anyTest, {type TestFn} from 'ava';
import {type Client, connect, gzip, raw} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {curatorPeer} from './curator-peer.ts';
import type {PipedPeer} from './piped-peer.ts';

type Context = {readonly server: TestingServer; readonly client: Client; readonly curator: PipedPeer};
const test = (anyTest as TestFn<Context>).serial;
const codec = gzip(raw);
const samples = ['', 'x', 'grün', '{"dark":true}', 'again and again '.repeat(5000)].map(sample => Buffer.from(sample));

test.before(async t => {
	const server = await TestingServer.start();
	const client = await connect(server.connectString);
	t.context = {server, client, curator: await curatorPeer(server.connectString)};
});
test.after.always(async t => {
	await t.context.curator[Symbol.asyncDispose]();
	await t.context.client.close();
	await t.context.server.close();
});

test('Curator reads what the codec compresses', async t => {
	const {client, curator} = t.context;
	for (const [index, sample] of samples.entries()) {
		await client.create(`/ours-${index}`, codec.encode(sample));
		t.is(await curator.ask('read-compressed', `/ours-${index}`), sample.toString('base64'));
	}
});

test('the codec reads what Curator compresses', async t => {
	const {client, curator} = t.context;
	for (const [index, sample] of samples.entries()) {
		await curator.ask('write-compressed', `/theirs-${index}`, sample.toString('base64'));
		const {data} = await client.get(`/theirs-${index}`);
		t.deepEqual(Buffer.from(await codec.decode(data ?? Buffer.alloc(0))), sample);
		t.deepEqual(data?.subarray(0, 10), Buffer.from(codec.encode(sample)).subarray(0, 10));
	}
});
