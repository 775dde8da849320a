import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {
	connect,
	ConnectionLossError,
	type ConnectOptions,
	InvalidArgumentError,
	TooManyWaitingError,
} from '../lib/index.ts';
import {FaultProxy, TestingServer} from '../lib/testing/index.ts';
import {nextEvent} from './helpers/next-event.ts';

const test = (anyTest as TestFn<{readonly server: TestingServer}>).serial;

test.before(async t => {
	t.context = {server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.server.close();
});

test('what is no session is refused at once, and its password not told', async t => {
	const password = Buffer.from('0123456789abcdef');
	for (const session of [null, 'x', {id: 7, password}, {id: 0n, password}, {id: 7n, password: 'hush'}]) {
		const error = await t.throwsAsync(connect('127.0.0.1:1', {session} as ConnectOptions), {
			instanceOf: InvalidArgumentError,
			message: /options\.session/,
		});
		t.notRegex(inspect(error), /hush|30 31 32/);
	}
});

test('no more calls wait than are allowed; only what cannot be given up is asked again', async t => {
	await using proxy = await FaultProxy.start({target: t.context.server.connectString, protocol: 'zookeeper'});
	await using client = await connect(proxy.address, {maxWaitingCalls: 2, sessionTimeout: 20_000});
	await client.create('/crowded');
	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	const waiting = [client.exists('/crowded'), client.exists('/crowded')];
	const error = await t.throwsAsync(client.exists('/crowded'), {instanceOf: ConnectionLossError});
	t.false(error.sent);
	t.true(error.cause instanceof TooManyWaitingError);
	const deleted = client.deleteGuaranteed('/crowded');
	await proxy.restore();
	for (const stat of await Promise.all(waiting)) t.truthy(stat);
	await deleted;
	t.is(await client.exists('/crowded'), undefined);
	await t.throwsAsync(connect(proxy.address, {maxWaitingCalls: 0}), {instanceOf: InvalidArgumentError});
});
