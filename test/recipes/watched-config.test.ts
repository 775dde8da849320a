import test from 'ava';
import {type Client, connect, json, text} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {ConfigDataError, WatchedConfig} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient, watchesUnder} from '../helpers/proxied-client.ts';

let server: TestingServer;
let other: Client;
test.before(async () => {
	server = await TestingServer.start();
	other = await connect(server.connectString);
});
test.after.always(async () => {
	await other?.close();
	await server?.close();
});

const counter = json<number>();

async function becomes<T>(config: WatchedConfig<T> | WatchedConfig<T, never>, value: T): Promise<void> {
	await eventually(
		() => config.current?.value,
		seen => seen === value,
	);
}

test('an absent znode with a fallback', async t => {
	await using client = await connect(server.connectString);
	await using config = await WatchedConfig.open(client, '/fallback', {codec: counter, fallback: 7});
	t.deepEqual(config.current, {value: 7, version: -1, mzxid: 0n});
	t.is((await config.update(value => value + 1)).value, 8);
	t.is((await other.get('/fallback')).data?.toString(), '8');
	t.is(config.current.value, 8);
});

test('a deletion keeps the last value and is told; a new znode of the same version is seen', async t => {
	await using client = await connect(server.connectString);
	await other.create('/deleted', '1');
	await using config = await WatchedConfig.open(client, '/deleted', {codec: counter});
	let deletions = 0;
	config.on('deleted', () => deletions++);
	await other.delete('/deleted');
	await eventually(
		() => deletions,
		count => count === 1,
	);
	t.is(config.current?.value, 1);
	await other.create('/deleted', '2');
	await becomes(config, 2);
	t.is(config.current?.version, 0);
	await other.transaction().delete('/deleted').create('/deleted', '3').commit();
	await becomes(config, 3);
	t.is(deletions, 1, 'gone and back between two looks is no absence');
});

test('update after a deletion starts from the last value', async t => {
	await using client = await connect(server.connectString);
	await other.create('/revived', '5');
	await using config = await WatchedConfig.open(client, '/revived', {codec: counter});
	await other.delete('/revived');
	t.is((await config.update(value => (value ?? 0) + 1)).value, 6);
	t.is((await other.get('/revived')).data?.toString(), '6');
});

test('bad data keeps the last good value and is told; it is not overwritten by an update', async t => {
	await using client = await connect(server.connectString);
	await other.create('/bad', '1');
	await using config = await WatchedConfig.open(client, '/bad', {codec: counter});
	const errors: ConfigDataError[] = [];
	config.on('invalid', error => errors.push(error));
	await other.set('/bad', '{');
	await eventually(
		() => errors.length,
		count => count === 1,
	);
	t.is(errors[0]?.version, 1);
	t.true(errors[0]?.cause instanceof SyntaxError);
	t.is(config.current?.value, 1);
	await t.throwsAsync(
		config.update(() => 2),
		{instanceOf: ConfigDataError},
	);
	await other.set('/bad', '3');
	await becomes(config, 3);
	t.is(errors.length, 1);
});

test('open rejects: bad data, refused reads, aborts, bad paths', async t => {
	await using client = await connect(server.connectString);
	await other.create('/bad-from-the-start', '{');
	await t.throwsAsync(WatchedConfig.open(client, '/bad-from-the-start', {codec: counter}), {code: 'CONFIG_DATA'});
	await other.create('/secret', '1', {acl: [{permissions: ['write'], scheme: 'world', id: 'anyone'}]});
	await t.throwsAsync(WatchedConfig.open(client, '/secret', {codec: counter}), {code: 'NO_AUTH'});
	await t.throwsAsync(WatchedConfig.open(client, '/x', {codec: counter, signal: AbortSignal.abort()}), {
		code: 'ABORTED',
	});
	await t.throwsAsync(WatchedConfig.open(client, 'x', {codec: counter}), {code: 'INVALID_ARGUMENT'});
	t.is(listenerCount(client), 0);
	await eventually(
		() => watchesUnder(server, '/secret'),
		watches => Object.keys(watches).length === 0,
	);
});

test('open waits for a connection, as long as its signal lets it', async t => {
	await using one = await ProxiedClient.connect(server);
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	const opening = WatchedConfig.open(one.client, '/open-later', {codec: text, signal: AbortSignal.timeout(50)});
	await t.throwsAsync(opening, {code: 'ABORTED'});
	const patient = WatchedConfig.open(one.client, '/open-later', {codec: text});
	await one.proxy.restore();
	await using config = await patient;
	t.is(config.current, undefined);
});

test('changes begins with the current value; latest wins', async t => {
	await using client = await connect(server.connectString);
	await other.create('/changes', '1');
	const config = await WatchedConfig.open(client, '/changes', {codec: counter});
	const changes = config.changes()[Symbol.asyncIterator]();
	t.is((await changes.next()).value?.value, 1);
	for (const value of [2, 3, 4]) await other.set('/changes', String(value));
	await becomes(config, 4);
	t.is((await changes.next()).value?.value, 4);
	const next = changes.next();
	await other.set('/changes', '5');
	t.is((await next).value?.value, 5);
	const controller = new AbortController();
	const aborted = config.changes({signal: controller.signal})[Symbol.asyncIterator]();
	t.is((await aborted.next()).value?.value, 5);
	const ended = aborted.next();
	controller.abort();
	t.true((await ended).done);
	const closed = changes.next();
	await config.close();
	t.true((await closed).done);
});

test('updates of many are all counted', async t => {
	const clients = await Promise.all(Array.from({length: 4}, () => connect(server.connectString)));
	const configs = await Promise.all(
		clients.map(client => WatchedConfig.open(client, '/counted/deep', {codec: counter, fallback: 0})),
	);
	await Promise.all(
		configs.map(async config => {
			for (let round = 0; round < 10; round++) await config.update(value => value + 1);
		}),
	);
	t.is((await other.get('/counted/deep')).data?.toString(), '40');
	await Promise.all(configs.map(config => becomes(config, 40)));
	await Promise.all(configs.map(config => config.close()));
	await Promise.all(clients.map(client => client.close()));
});

test('an update whose reply was lost is not repeated', async t => {
	await using one = await ProxiedClient.connect(server);
	await using config = await WatchedConfig.open(one.client, '/lost-set', {codec: counter, fallback: 0});
	one.proxy.resetOn({reply: 'create2'});
	t.is((await config.update(value => value + 1)).version, 0);
	one.proxy.resetOn({reply: 'setData'});
	t.is((await config.update(value => value + 1)).version, 1);
	one.proxy.resetOn({request: 'setData'});
	t.is((await config.update(value => value + 1)).version, 2);
	t.is((await other.get('/lost-set')).data?.toString(), '3');
});

test('a closed client ends it', async t => {
	const client = await connect(server.connectString);
	const config = await WatchedConfig.open(client, '/client-closed', {codec: text, fallback: 'x'});
	const changes = config.changes()[Symbol.asyncIterator]();
	await changes.next();
	const ended = changes.next();
	await client.close();
	t.true((await ended).done);
	t.is(config.current.value, 'x');
	await config.close();
	await t.throwsAsync(WatchedConfig.open(client, '/client-closed', {codec: text}), {code: 'CLIENT_CLOSED'});
});
