import anyTest, {type TestFn} from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';

export type Proxied = {readonly server: TestingServer; readonly proxy: FaultProxy; readonly client: Client};

/** `test.serial` for a file with a server of its own, a proxy before that, and a client behind the proxy whose chroot is `/app`. */
export function proxiedTest(): TestFn<Proxied>['serial'] {
	const test = anyTest as TestFn<Proxied>;
	test.before(async t => {
		const server = await TestingServer.start();
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		await using setUp = await connect(server.connectString);
		await setUp.create('/app');
		t.context = {server, proxy, client: await connect(`${proxy.address}/app`, {sessionTimeout: 20_000})};
	});
	test.after.always(async t => {
		await t.context.client.close();
		await t.context.proxy.close();
		await t.context.server.close();
	});
	return test.serial;
}
